"""Many reports on one page: verdicts over time, and what changed when."""

import re
from pathlib import Path
from urllib.parse import unquote

import click.testing
import pytest

from conformance.cli.app import main
from conformance.model.report import Report
from conformance.model.verdict import Outcome
from conformance.reports.comparison import ReportSummary
from conformance.reports.json import document
from conformance.reports.trend_history import RequirementHistory, timelines
from tests.cli.test_compare import Links
from tests.reports.sample_runs import (
    FAILED,
    INCONCLUSIVE,
    NOT_RUN,
    PASSED,
    UNSUPPORTED,
    shelved,
    story,
)

DAYS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, ["trend", *argv])


def followed(*outcomes: Outcome | None) -> RequirementHistory:
    """Follow one clause over a run on each day; ``None`` where it was not asked."""
    sides = [
        ReportSummary.of(
            document(story(day, usage_x=PASSED, **({"usage_sum": o} if o else {})))
        )
        for day, o in zip(DAYS, outcomes, strict=False)
    ]
    (timeline,) = timelines(reversed(sides))
    (line,) = (line for line in timeline.lines if line.id == "usage.sum")
    return line


@pytest.mark.parametrize(
    ("outcomes", "day", "before", "after"),
    [
        ((PASSED, FAILED), "2026-02-01", PASSED, FAILED),
        ((PASSED, FAILED, FAILED), "2026-02-01", PASSED, FAILED),
        ((PASSED, FAILED, PASSED), "2026-03-01", FAILED, PASSED),
        ((PASSED, INCONCLUSIVE, FAILED), "2026-03-01", PASSED, FAILED),
        ((PASSED, None, UNSUPPORTED), "2026-03-01", PASSED, UNSUPPORTED),
        ((PASSED, FAILED, NOT_RUN), "2026-02-01", PASSED, FAILED),
    ],
)
def test_a_change_is_dated_by_the_run_that_first_saw_it(
    outcomes: tuple[Outcome | None, ...], day: str, before: Outcome, after: Outcome
) -> None:
    """Whatever lay between, and in whatever order the files are read."""
    turn = followed(*outcomes).turn

    assert turn is not None
    assert (turn.run.started_at[:10], turn.before, turn.after) == (day, before, after)


@pytest.mark.parametrize(
    ("outcomes", "since"),
    [
        ((PASSED, PASSED), "2026-01-01"),
        ((INCONCLUSIVE, PASSED, INCONCLUSIVE), "2026-02-01"),
        ((None, FAILED), "2026-02-01"),
    ],
)
def test_what_could_not_be_judged_is_no_change(
    outcomes: tuple[Outcome | None, ...], since: str
) -> None:
    """It has been what it is since it was first judged."""
    line = followed(*outcomes)

    assert line.turn is None
    assert line.since is not None
    assert line.since.started_at[:10] == since


def test_what_was_never_judged_says_so() -> None:
    """Neither changed nor unchanged."""
    assert followed(INCONCLUSIVE, NOT_RUN).since is None


def shelf() -> None:
    """Write five reports of two targets, two of them on one day."""
    stories: dict[str, Report] = {
        "a": story(DAYS[0], usage_sum=PASSED, usage_cap=PASSED),
        "b": story(DAYS[1], usage_sum=FAILED, usage_cap=PASSED),
        "deep/c": story(DAYS[2], usage_sum=PASSED, usage_cap=PASSED),
        "d": story(DAYS[2], model="<b>n</b>", usage_sum=FAILED),
        "e": story(DAYS[2], model="<b>n</b>", usage_sum=FAILED),
    }
    for name, report in stories.items():
        shelved(report, Path("shelf") / name)


def test_the_page_shows_every_verdict_and_every_change() -> None:
    """Each leads to the report that says so."""
    shelf()
    result = invoke("shelf")
    page = Path("shelf/trend.html").read_text("utf-8")
    links = Links(page)

    assert result.exit_code == 0, result.output
    assert "3 reports, conformant on 2026-03-01, 1 requirements" in result.output
    verdicts = re.findall(r'<a class="[a-z-]+" href="([^"]+)">', page)
    assert sorted(verdicts) == [
        f"{n}/report.html" for n in ("a", "b", "d", "deep/c", "e")
    ]
    assert "deep/c/report.html#usage.sum" in links.hrefs
    files = [href.partition("#")[0] for href in links.hrefs]
    assert all((Path("shelf") / unquote(f)).is_file() for f in files if f)
    assert "b" not in links.tags
    assert "script" not in links.tags
    assert "default-src 'none'" in page
    assert " style=" not in page


def test_what_is_no_report_is_named_and_left_out() -> None:
    """One torn file does not hide the others."""
    shelf()
    Path("shelf/a/report.json").write_text("{", "utf-8")
    result = invoke("shelf", "--output", "elsewhere/t.html")

    assert result.exit_code == 0
    assert "left out: " in result.output
    page = Path("elsewhere/t.html").read_text("utf-8")
    assert "../shelf/b/report.html" in page
    assert "../shelf/a/" not in page


def test_a_directory_without_reports_is_wrong_usage() -> None:
    """Nothing is written."""
    Path("empty").mkdir()
    result = invoke("empty")

    assert result.exit_code == 2
    assert "empty holds no report" in result.output
    assert not Path("empty/trend.html").exists()
