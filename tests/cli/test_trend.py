"""The trend page: verdicts over time, and when requirements changed."""

import re
from pathlib import Path
from urllib.parse import unquote

import click.testing
import pytest

from conformance.cli.app import main
from conformance.model.report import Report
from conformance.model.verdict import Outcome
from conformance.reports.json import document
from conformance.reports.report_summary import ReportSummary
from conformance.reports.trend_history import RequirementHistory, target_histories
from tests.cli.test_compare import Links
from tests.reports.sample_runs import (
    FAILED,
    INCONCLUSIVE,
    NOT_RUN,
    PASSED,
    UNSUPPORTED,
    report_on,
    write_directory,
)

DAYS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, ["trend", *argv])


def history_of(*outcomes: Outcome | None) -> RequirementHistory:
    """Return the history of ``usage.sum``; ``None`` is a run without it."""
    reports = [
        ReportSummary.of(
            document(report_on(day, usage_x=PASSED, **({"usage_sum": o} if o else {})))
        )
        for day, o in zip(DAYS, outcomes, strict=False)
    ]
    (target,) = target_histories(reversed(reports))
    (history,) = (r for r in target.requirements if r.id == "usage.sum")
    return history


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
def test_change_has_the_date_of_the_run_that_first_showed_it(
    outcomes: tuple[Outcome | None, ...], day: str, before: Outcome, after: Outcome
) -> None:
    """Independent of runs that did not test it, and of the order of the files."""
    change = history_of(*outcomes).last_change

    assert change is not None
    assert change.run.started_at[:10] == day
    assert (change.before, change.after) == (before, after)


@pytest.mark.parametrize(
    ("outcomes", "since"),
    [
        ((PASSED, PASSED), "2026-01-01"),
        ((INCONCLUSIVE, PASSED, INCONCLUSIVE), "2026-02-01"),
        ((None, FAILED), "2026-02-01"),
    ],
)
def test_run_that_did_not_test_a_requirement_is_not_a_change(
    outcomes: tuple[Outcome | None, ...], since: str
) -> None:
    """The outcome is unchanged since the first run that tested it."""
    history = history_of(*outcomes)

    assert history.last_change is None
    assert history.tested_since is not None
    assert history.tested_since.started_at[:10] == since


def test_requirement_that_was_never_tested_has_no_date() -> None:
    """It is neither changed nor unchanged."""
    assert history_of(INCONCLUSIVE, NOT_RUN).tested_since is None


def write_five_reports() -> None:
    """Write five reports of two targets below ``shelf``, two of them on one day."""
    reports: dict[str, Report] = {
        "a": report_on(DAYS[0], usage_sum=PASSED, usage_cap=PASSED),
        "b": report_on(DAYS[1], usage_sum=FAILED, usage_cap=PASSED),
        "deep/c": report_on(DAYS[2], usage_sum=PASSED, usage_cap=PASSED),
        "d": report_on(DAYS[2], model="<b>n</b>", usage_sum=FAILED),
        "e": report_on(DAYS[2], model="<b>n</b>", usage_sum=FAILED),
    }
    for name, report in reports.items():
        write_directory(report, Path("shelf") / name)


def test_page_links_every_verdict_and_change_to_its_report() -> None:
    """It contains no script, and no markup from a report."""
    write_five_reports()
    result = invoke("shelf")
    page = Path("shelf/trend.html").read_text("utf-8")
    links = Links(page)

    assert result.exit_code == 0, result.output
    assert "3 reports, conformant on 2026-03-01, 1 requirement changed" in result.output
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


def test_invalid_report_is_named_and_skipped() -> None:
    """The other reports are shown."""
    write_five_reports()
    Path("shelf/a/report.json").write_text("{", "utf-8")
    result = invoke("shelf", "--output", "pages/t.html")

    assert result.exit_code == 0
    assert "skipped: " in result.output
    page = Path("pages/t.html").read_text("utf-8")
    assert "../shelf/b/report.html" in page
    assert "../shelf/a/" not in page


def test_directory_without_reports_is_a_usage_error() -> None:
    """Nothing is written."""
    Path("empty").mkdir()
    result = invoke("empty")

    assert result.exit_code == 2
    assert "no report found below empty" in result.output
    assert not Path("empty/trend.html").exists()
