"""Comparisons: outcomes, changes, links to the evidence, and testing of targets."""

import json
import os
import re
import signal
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import click.testing
import jsonschema
import pytest

from conformance.cli.app import main
from conformance.model.node import Finding
from conformance.model.report import Report
from conformance.model.verdict import Outcome
from conformance.reference.server import gateway_server
from conformance.reports.changes import ChangeKind, changes
from conformance.reports.comparison import compare_reports, unique_names
from conformance.reports.json import document
from conformance.reports.report_summary import ReportSummary
from tests.cli.interruptible import start, wait_until
from tests.reports.sample_runs import (
    ERROR,
    EXPECTED,
    FAILED,
    INCONCLUSIVE,
    NOT_RUN,
    PASSED,
    UNSUPPORTED,
    report_on,
    write_directory,
)

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "comparison.schema.json").read_text("utf-8")
)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory, without the variables of a CI server."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, ["compare", *argv])


def side(report: Report, name: str = "") -> ReportSummary:
    """Return a report as one side of a comparison."""
    return ReportSummary.of(document(report), name)


class Links(HTMLParser):
    """Parses a page: its links, ids and tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record tag, link and id."""
        attributes = dict(attrs)
        self.tags.add(tag)
        self.hrefs += [attributes["href"] or ""] if "href" in attributes else []
        self.ids += [attributes["id"] or ""] if "id" in attributes else []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (PASSED, FAILED, ChangeKind.REGRESSED),
        (PASSED, EXPECTED, ChangeKind.REGRESSED),
        (UNSUPPORTED, FAILED, ChangeKind.REGRESSED),
        (INCONCLUSIVE, FAILED, ChangeKind.NEWLY_FAILING),
        (NOT_RUN, EXPECTED, ChangeKind.NEWLY_FAILING),
        (EXPECTED, FAILED, ChangeKind.NO_LONGER_EXPECTED),
        (FAILED, EXPECTED, ChangeKind.NOW_EXPECTED),
        (FAILED, PASSED, ChangeKind.FIXED),
        (EXPECTED, PASSED, ChangeKind.FIXED),
        (PASSED, UNSUPPORTED, ChangeKind.UNSUPPORTED),
        (FAILED, UNSUPPORTED, ChangeKind.UNSUPPORTED),
        (UNSUPPORTED, PASSED, ChangeKind.SUPPORTED),
        (PASSED, INCONCLUSIVE, ChangeKind.NO_LONGER_TESTED),
        (FAILED, ERROR, ChangeKind.NO_LONGER_TESTED),
        (UNSUPPORTED, NOT_RUN, ChangeKind.NO_LONGER_TESTED),
        (INCONCLUSIVE, PASSED, ChangeKind.NOW_PASSING),
        (INCONCLUSIVE, NOT_RUN, None),
        (FAILED, FAILED, None),
        (PASSED, PASSED, None),
    ],
)
def test_kind_of_change_depends_on_both_outcomes(
    before: Outcome, after: Outcome, kind: ChangeKind | None
) -> None:
    """An untested requirement has neither regressed nor been fixed."""
    old, new = side(report_on(usage_sum=before)), side(report_on(usage_sum=after))

    assert [c.kind for c in changes(old, new)] == ([kind] if kind else [])


def test_requirements_of_a_newer_catalogue_are_not_regressions() -> None:
    """They are missing in the older report, or skipped by a frozen catalogue."""
    old = side(
        report_on(
            catalogue="2026-01-01",
            reason="added since: in the catalogue of 2026-06-01",
            usage_old=PASSED,
            usage_new=NOT_RUN,
        )
    )
    new = side(report_on(usage_old=PASSED, usage_new=FAILED, usage_newer=FAILED))

    assert {c.id: c.kind for c in changes(old, new)} == {
        "usage.new": ChangeKind.ADDED,
        "usage.newer": ChangeKind.ADDED,
    }


def test_requirement_in_one_report_only_has_its_own_kind() -> None:
    """With equal catalogues, it was not selected in the other run."""
    old = side(report_on(usage_sum=PASSED, usage_a=PASSED))
    new = side(report_on(usage_sum=PASSED, usage_b=PASSED))

    assert {c.id: c.kind for c in changes(old, new)} == {
        "usage.a": ChangeKind.ONLY_OLDER,
        "usage.b": ChangeKind.ONLY_NEWER,
    }


def test_reports_of_one_target_are_sorted_by_time() -> None:
    """Independent of the order of the arguments."""
    older, newer = (
        report_on("2026-01-01", usage_sum=PASSED),
        report_on("2026-02-01", usage_sum=FAILED),
    )
    comparison = compare_reports([side(newer), side(older)])

    assert [s.started_at[:10] for s in comparison.sides] == ["2026-01-01", "2026-02-01"]
    assert comparison.changes is not None
    assert [c.kind for c in comparison.changes] == [ChangeKind.REGRESSED]


def test_reports_of_different_targets_keep_their_order_and_have_no_changes() -> None:
    """The user chooses the order of the columns."""
    later = side(report_on("2026-02-01", model="a", usage_sum=PASSED))
    earlier = side(report_on("2026-01-01", model="b", usage_sum=FAILED))
    comparison = compare_reports([later, earlier])

    assert [s.model for s in comparison.sides] == ["a", "b"]
    assert comparison.changes is None
    assert [row.differs for row in comparison.rows] == [True]


@pytest.mark.parametrize(
    ("reports", "names"),
    [
        (
            [report_on(url="https://a.example/v1/responses"), report_on()],
            ("a.example", "gw.example"),
        ),
        ([report_on(model="x"), report_on(model="y")], ("x", "y")),
        (
            [report_on(), report_on("2026-02-01")],
            ("2026-01-01 12:00", "2026-02-01 12:00"),
        ),
        (
            [report_on(), report_on()],
            ("2026-01-01-newapi-m (1)", "2026-01-01-newapi-m (2)"),
        ),
    ],
)
def test_names_of_reports_are_short_and_unique(
    reports: list[Report], names: tuple[str, str]
) -> None:
    """Hosts, models or dates, and numbers if nothing else differs."""
    assert unique_names([side(report) for report in reports]) == names


def test_every_cell_links_to_its_evidence() -> None:
    """A relative link to the requirement on the page of that report."""
    a = write_directory(
        report_on(usage_sum=FAILED, usage_cap=PASSED), Path("runs/a b#%")
    )
    b = write_directory(report_on(model="n", usage_sum=PASSED), Path("runs/b"))
    result = invoke(str(a), str(b), "--report-dir", "out")

    assert result.exit_code == 0, result.output
    links = Links(Path("out/compare.html").read_text("utf-8"))
    evidence = [href for href in links.hrefs if "report.html#" in href]
    assert evidence == [
        "../runs/a%20b%23%25/report.html#usage.sum",
        "../runs/b/report.html#usage.sum",
        "../runs/a%20b%23%25/report.html#usage.cap",
    ]
    assert all((Path("out") / unquote(h.partition("#")[0])).is_file() for h in evidence)
    assert {"usage.sum", "usage.cap"} <= set(links.ids)
    inside = {href[1:] for href in links.hrefs if href.startswith("#")}
    assert inside <= set(links.ids)


def test_argument_can_name_a_report() -> None:
    """An existing path is not split at ``=``."""
    write_directory(report_on(usage_sum=FAILED), Path("a=b"))
    write_directory(report_on(model="n", usage_sum=PASSED), Path("c"))
    result = invoke("a=b", "the new one=c", "--report-dir", "out")

    assert result.exit_code == 0, result.output
    assert "| `m` | `the new one` |" in result.output


def test_without_a_page_a_cell_links_to_report_json() -> None:
    """The run did not write HTML."""
    a = write_directory(report_on(usage_sum=FAILED), Path("a"), page=False)
    b = write_directory(report_on(model="n", usage_sum=PASSED), Path("b"))
    invoke(str(a), str(b), "--report-dir", "out")

    assert "../a/report.json" in Links(Path("out/compare.html").read_text()).hrefs


def test_text_from_a_server_is_escaped() -> None:
    """Markup in the name of a model or in a finding."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    report = report_on(model=hostile, usage_sum=FAILED)
    (old,) = report.verdicts
    finding = Finding("/x", hostile, f"|\n`{hostile}`", "x-0001")
    object.__setattr__(old, "findings", (finding,))
    a = write_directory(report, Path("javascript:alert(1)"))
    b = write_directory(report_on(usage_sum=PASSED), Path("b"))
    invoke(str(a), str(b), "--report-dir", "out")
    page = Path("out/compare.html").read_text("utf-8")

    links = Links(page)
    assert not links.tags & {"script", "img"}
    assert not [href for href in links.hrefs if ":" in href]
    assert "default-src 'none'" in page
    markdown = Path("out/compare.md").read_text("utf-8")
    assert all(
        line.count(" | ") == 2
        for line in markdown.splitlines()
        if line.startswith("| ") and "usage" in line
    )


def test_page_loads_nothing_and_allows_only_its_own_style() -> None:
    """No network address, and no inline style that its policy would block."""
    a = write_directory(report_on(usage_sum=FAILED), Path("a"))
    b = write_directory(report_on(model="n", usage_sum=PASSED), Path("b"))
    invoke(str(a), str(b), "--report-dir", "out")
    page = Path("out/compare.html").read_text("utf-8")

    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert " style=" not in page
    assert re.search(r"style-src &#39;sha256-[\w+/]+=&#39;|style-src 'sha256-", page)


def test_json_conforms_to_its_schema_and_lists_the_changes() -> None:
    """Two reports of one target."""
    a = write_directory(
        report_on(usage_a=PASSED, usage_b=FAILED, tools_c=PASSED, usage_d=PASSED),
        Path("a"),
    )
    b = write_directory(
        report_on("2026-02-01", usage_a=FAILED, usage_b=PASSED, tools_c=UNSUPPORTED),
        Path("b"),
    )
    result = invoke(str(b), str(a), "--report-dir", "out")
    document_ = json.loads(Path("out/compare.json").read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(document_)
    assert [(c["kind"], c["id"]) for c in document_["changes"]] == [
        ("broke", "usage.a"),
        ("mended", "usage.b"),
        ("unsupported", "tools.c"),
        ("only-older", "usage.d"),
    ]
    assert "**1 newly failing**" in result.output
    assert "`usage.a`" in result.output


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (report_on(profile="openai", usage_sum=PASSED), "different profiles"),
        (report_on(catalogue="2026-12-01", usage_sum=PASSED), "different catalogues"),
    ],
)
def test_incompatible_reports_are_compared_only_with_force(
    other: Report, message: str
) -> None:
    """With ``--force``, the comparison has a warning."""
    a = write_directory(report_on(usage_sum=FAILED), Path("a"))
    b = write_directory(other, Path("b"))
    rejected = invoke("a", "b", "--report-dir", "out")
    forced = invoke(str(a), str(b), "--report-dir", "out", "--force")

    assert rejected.exit_code == 2
    assert message in rejected.output
    assert "--force" in rejected.output
    assert forced.exit_code == 0
    assert f"**Reports are not directly comparable:** `{message}" in forced.output
    assert message in Path("out/compare.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "is not a report: at the top level"),
        ('{"schema_version": 2}', "is not a report"),
    ],
)
def test_invalid_report_is_a_usage_error(text: str | None, message: str) -> None:
    """The message names the file and the problem."""
    write_directory(report_on(usage_sum=PASSED), Path("a"))
    Path("b").mkdir()
    if text is not None:
        Path("b/report.json").write_text(text, "utf-8")
    result = invoke("a", "b")

    assert result.exit_code == 2
    assert f"b{os.sep}report.json {message}" in result.output


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "nothing to compare: 0 reports given"),
        (["a"], "nothing to compare: 1 report given"),
        (["a", "a", "--format", "htm"], "did you mean 'html'?"),
    ],
)
def test_usage_error_has_a_message(argv: list[str], message: str) -> None:
    """Nothing is written."""
    write_directory(report_on(usage_sum=PASSED), Path("a"))
    result = invoke(*argv)

    assert result.exit_code == 2
    assert message in result.output
    assert not Path("reports").exists()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "contains no target"),
        ("targets = 1", "contains no target"),
        ("[targets.a", "is not TOML"),
        ("[targets]\na = 1", "targets.a must be a table"),
        ("[targets.a]\nmodel = 'm'", "targets.a has no url"),
        ("[targets.a]\nurl = 'http://h'\nmodel = 'm'", "has no api-key-env"),
        ("[targets.a]\nurl = 'http://h'\nkey = 'sk-x'", "contains an API key (key)"),
        ("[targets.a]\nurl = 'embedded'\nreport_dir = 'x'", "sets report-dir"),
        ("[targets.a]\nurll = 'x'", "did you mean 'url'?"),
        ("[targets.'../a']\nurl = 'embedded'", "invalid target name '../a'"),
        (
            "[targets.a]\nurl = 'http://h'\nmodel = 'm'\napi-key-env = 'NO_KEY'",
            "target a: the environment variable NO_KEY is not set",
        ),
        (
            "[targets.a]\nurl = 'embedded'\nrate = 'x'",
            "t.toml, targets.a: rate: expected a rate",
        ),
        (
            """
            targets.a = {url = "embedded"}
            targets.b = {url = "embedded", profile = "openai"}
            """,
            "different profiles",
        ),
    ],
)
def test_invalid_targets_file_is_a_usage_error(text: str, message: str) -> None:
    """The message names the table, and nothing is sent."""
    Path("t.toml").write_text(text, "utf-8")
    result = invoke("--targets", "t.toml")

    assert result.exit_code == 2
    assert message in result.output
    assert not Path("reports").exists()


def test_targets_of_a_file_are_tested_and_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each in its own run, in addition to an existing report."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    Path("t.toml").write_text(
        "generated = 0\nonly = 'usage'\n"
        "[targets.one]\nurl = 'embedded'\nconcurrency = 2\n"
        "[targets.two]\nurl = 'embedded'\nheader = 'X-Tenant: 7'\nshrink = false\n",
        "utf-8",
    )
    before = invoke("--targets", "t.toml", "--report-dir", "first")
    after = invoke("first/one", "--targets", "t.toml", "--report-dir", "out")

    assert before.exit_code == 0, before.output
    assert after.exit_code == 0, after.output
    assert "two: exit 0: conformant" in after.output
    document_ = json.loads(Path("out/compare.json").read_text("utf-8"))
    assert [report["name"] for report in document_["reports"]][1:] == ["one", "two"]
    assert document_["reports"][2]["page"].startswith("two/report.")
    assert {r["verdict"] for r in document_["reports"]} == {"conformant"}
    assert not any(row["differs"] for row in document_["requirements"])
    assert Path("out/one/journal.ndjson").is_file()


def test_unreachable_target_has_its_column() -> None:
    """Its verdict is inconclusive; the other targets are compared."""
    Path("t.toml").write_text(
        "generated = 0\nonly = 'usage'\n"
        "[targets.here]\nurl = 'embedded'\n"
        "[targets.gone]\nurl = 'http://127.0.0.1:9'\nmodel = 'm'\napi-key-env = 'K'\n",
        "utf-8",
    )
    runner = click.testing.CliRunner(env={"K": "sk-x"})
    result = runner.invoke(main, ["compare", "--targets", "t.toml"])

    assert "gone: exit 3: " in result.output
    assert "| verdict | `conformant` | `inconclusive` |" in result.output
    assert result.exit_code == 0


def _has_started(journal: Path) -> bool:
    """Return whether a run has written the header of its journal."""
    return journal.exists() and b"\n" in journal.read_bytes()


def test_interrupt_ends_every_run_and_is_reported() -> None:
    """SIGINT is sent to the comparison only."""
    with gateway_server(latency=3600.0) as gateway:
        table = f"url = '{gateway.url}'\nmodel = 'm'\napi-key-env = 'K'\n"
        Path("t.toml").write_text(
            f"generated = 0\n[targets.a]\n{table}[targets.b]\n{table}", "utf-8"
        )
        process = start(
            *("compare", "--targets", "t.toml", "--report-dir", "out"),
            env={**os.environ, "K": gateway.key},
        )
        journals = [Path("out") / name / "journal.ndjson" for name in "ab"]
        wait_until(lambda: all(map(_has_started, journals)), process)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate()

    assert process.returncode == 130, output
    document_ = json.loads(Path("out/compare.json").read_text("utf-8"))
    assert [report["interrupted"] for report in document_["reports"]] == [True, True]
