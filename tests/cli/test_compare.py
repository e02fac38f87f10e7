"""Reports side by side: like with like, what differs, and where the evidence is."""

import json
import os
import re
import signal
import subprocess
import sys
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
from conformance.reference.server import serving
from conformance.reports.comparison import (
    ChangeKind,
    ReportSummary,
    changes,
    compare_reports,
    unique_names,
)
from conformance.reports.json import document
from tests.reports.sample_runs import (
    ERROR,
    EXPECTED,
    FAILED,
    INCONCLUSIVE,
    NOT_RUN,
    PASSED,
    UNSUPPORTED,
    shelved,
    story,
)

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "comparison.schema.json").read_text("utf-8")
)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory, with nothing of a CI server around."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, ["compare", *argv])


def side(report: Report, name: str = "") -> ReportSummary:
    """Read a report as one side of a comparison."""
    return ReportSummary.of(document(report), name)


class Links(HTMLParser):
    """The links of a page, and the ids in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what leads somewhere, and what can be led to."""
        told = dict(attrs)
        self.tags.add(tag)
        self.hrefs += [told["href"] or ""] if "href" in told else []
        self.ids += [told["id"] or ""] if "id" in told else []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (PASSED, FAILED, ChangeKind.BROKE),
        (PASSED, EXPECTED, ChangeKind.BROKE),
        (UNSUPPORTED, FAILED, ChangeKind.BROKE),
        (INCONCLUSIVE, FAILED, ChangeKind.FOUND),
        (NOT_RUN, EXPECTED, ChangeKind.FOUND),
        (EXPECTED, FAILED, ChangeKind.UNEXCUSED),
        (FAILED, EXPECTED, ChangeKind.EXCUSED),
        (FAILED, PASSED, ChangeKind.MENDED),
        (EXPECTED, PASSED, ChangeKind.MENDED),
        (PASSED, UNSUPPORTED, ChangeKind.UNSUPPORTED),
        (FAILED, UNSUPPORTED, ChangeKind.UNSUPPORTED),
        (UNSUPPORTED, PASSED, ChangeKind.SUPPORTED),
        (PASSED, INCONCLUSIVE, ChangeKind.LOST),
        (FAILED, ERROR, ChangeKind.LOST),
        (UNSUPPORTED, NOT_RUN, ChangeKind.LOST),
        (INCONCLUSIVE, PASSED, ChangeKind.JUDGED),
        (INCONCLUSIVE, NOT_RUN, None),
        (FAILED, FAILED, None),
        (PASSED, PASSED, None),
    ],
)
def test_a_change_is_called_what_it_is(
    before: Outcome, after: Outcome, kind: ChangeKind | None
) -> None:
    """What was not judged is neither broken by a release nor mended by it."""
    old, new = side(story(usage_sum=before)), side(story(usage_sum=after))

    assert [c.kind for c in changes(old, new)] == ([kind] if kind else [])


def test_what_a_newer_catalogue_brought_is_no_breach() -> None:
    """Absent before, or left out by a frozen catalogue: added since."""
    old = side(
        story(
            catalogue="2026-01-01",
            reason="added since: in the catalogue of 2026-06-01",
            usage_old=PASSED,
            usage_new=NOT_RUN,
        )
    )
    new = side(story(usage_old=PASSED, usage_new=FAILED, usage_newer=FAILED))

    assert {c.id: c.kind for c in changes(old, new)} == {
        "usage.new": ChangeKind.ADDED,
        "usage.newer": ChangeKind.ADDED,
    }


def test_what_only_one_run_asked_is_told_apart() -> None:
    """By one catalogue, a missing requirement was filtered out."""
    old = side(story(usage_sum=PASSED, usage_a=PASSED))
    new = side(story(usage_sum=PASSED, usage_b=PASSED))

    assert {c.id: c.kind for c in changes(old, new)} == {
        "usage.a": ChangeKind.ONLY_OLDER,
        "usage.b": ChangeKind.ONLY_NEWER,
    }


def test_reports_of_one_target_come_in_order_of_time() -> None:
    """Whichever is named first; what broke since is what matters."""
    older, newer = (
        story("2026-01-01", usage_sum=PASSED),
        story("2026-02-01", usage_sum=FAILED),
    )
    comparison = compare_reports([side(newer), side(older)])

    assert [s.started_at[:10] for s in comparison.sides] == ["2026-01-01", "2026-02-01"]
    assert comparison.changes is not None
    assert [c.kind for c in comparison.changes] == [ChangeKind.BROKE]


def test_different_targets_stay_in_their_order_and_have_no_changes() -> None:
    """A buyer's column is where the buyer put it."""
    later = side(story("2026-02-01", model="a", usage_sum=PASSED))
    earlier = side(story("2026-01-01", model="b", usage_sum=FAILED))
    comparison = compare_reports([later, earlier])

    assert [s.model for s in comparison.sides] == ["a", "b"]
    assert comparison.changes is None
    assert [row.differs for row in comparison.rows] == [True]


@pytest.mark.parametrize(
    ("reports", "told"),
    [
        (
            [story(url="https://a.example/v1/responses"), story()],
            ("a.example", "gw.example"),
        ),
        ([story(model="x"), story(model="y")], ("x", "y")),
        (
            [story(), story("2026-02-01")],
            ("2026-01-01 12:00", "2026-02-01 12:00"),
        ),
        (
            [story(), story()],
            ("2026-01-01-newapi-m (1)", "2026-01-01-newapi-m (2)"),
        ),
    ],
)
def test_reports_are_called_by_what_tells_them_apart(
    reports: list[Report], told: tuple[str, str]
) -> None:
    """Hosts, models, dates, and numbers when nothing else differs."""
    assert unique_names([side(report) for report in reports]) == told


def test_every_cell_leads_to_its_evidence() -> None:
    """A relative link to the requirement in that report's own page."""
    a = shelved(story(usage_sum=FAILED, usage_cap=PASSED), Path("runs/a b#%"))
    b = shelved(story(model="n", usage_sum=PASSED), Path("runs/b"))
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


def test_a_report_can_be_given_a_name() -> None:
    """A path that is there is a path, whatever is in it."""
    shelved(story(usage_sum=FAILED), Path("a=b"))
    shelved(story(model="n", usage_sum=PASSED), Path("c"))
    result = invoke("a=b", "the new one=c", "--report-dir", "out")

    assert result.exit_code == 0, result.output
    assert "| `m` | `the new one` |" in result.output


def test_without_a_page_a_cell_leads_to_the_report_itself() -> None:
    """A run that was not asked for HTML still has its JSON."""
    a = shelved(story(usage_sum=FAILED), Path("a"), page=False)
    b = shelved(story(model="n", usage_sum=PASSED), Path("b"))
    invoke(str(a), str(b), "--report-dir", "out")

    assert "../a/report.json" in Links(Path("out/compare.html").read_text()).hrefs


def test_what_a_server_said_stays_text() -> None:
    """Markup of a model's name or of a finding runs nowhere."""
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    report = story(model=hostile, usage_sum=FAILED)
    (old,) = report.verdicts
    finding = Finding("/x", hostile, f"|\n`{hostile}`", "x-0001")
    object.__setattr__(old, "findings", (finding,))
    a = shelved(report, Path("javascript:alert(1)"))
    b = shelved(story(usage_sum=PASSED), Path("b"))
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


def test_the_page_loads_nothing_and_allows_only_its_own_style() -> None:
    """No address of a network, no inline style that its policy would block."""
    a = shelved(story(usage_sum=FAILED), Path("a"))
    b = shelved(story(model="n", usage_sum=PASSED), Path("b"))
    invoke(str(a), str(b), "--report-dir", "out")
    page = Path("out/compare.html").read_text("utf-8")

    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page)
    assert " style=" not in page
    assert re.search(r"style-src &#39;sha256-[\w+/]+=&#39;|style-src 'sha256-", page)


def test_the_json_keeps_its_schema_and_tells_what_changed() -> None:
    """Two reports of one target: broke, mended, newly unsupported."""
    a = shelved(
        story(usage_a=PASSED, usage_b=FAILED, tools_c=PASSED, usage_d=PASSED), Path("a")
    )
    b = shelved(
        story("2026-02-01", usage_a=FAILED, usage_b=PASSED, tools_c=UNSUPPORTED),
        Path("b"),
    )
    result = invoke(str(b), str(a), "--report-dir", "out")
    made = json.loads(Path("out/compare.json").read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(SCHEMA, format_checker=checker).validate(made)
    assert [(c["kind"], c["id"]) for c in made["changes"]] == [
        ("broke", "usage.a"),
        ("mended", "usage.b"),
        ("unsupported", "tools.c"),
        ("only-older", "usage.d"),
    ]
    assert "**1 broke**" in result.output
    assert "`usage.a`" in result.output


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (story(profile="openai", usage_sum=PASSED), "different profiles"),
        (story(catalogue="2026-12-01", usage_sum=PASSED), "different catalogues"),
    ],
)
def test_what_is_no_like_for_like_is_refused_without_force(
    other: Report, said: str
) -> None:
    """Exit 2 and the way out; by force, the page says what is wrong with it."""
    a = shelved(story(usage_sum=FAILED), Path("a"))
    b = shelved(other, Path("b"))
    refused = invoke("a", "b", "--report-dir", "out")
    forced = invoke(str(a), str(b), "--report-dir", "out", "--force")

    assert refused.exit_code == 2
    assert said in refused.output
    assert "--force" in refused.output
    assert forced.exit_code == 0
    assert f"**Not like for like:** `{said}" in forced.output
    assert said in Path("out/compare.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("{}", "is no report: at the top"),
        ('{"schema_version": 2}', "is no report"),
    ],
)
def test_what_is_no_report_is_named(text: str | None, said: str) -> None:
    """With its path, and exit code 2."""
    shelved(story(usage_sum=PASSED), Path("a"))
    Path("b").mkdir()
    if text is not None:
        Path("b/report.json").write_text(text, "utf-8")
    result = invoke("a", "b")

    assert result.exit_code == 2
    assert f"b{os.sep}report.json {said}" in result.output


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([], "nothing to compare: 0"),
        (["a"], "nothing to compare: 1"),
        (["a", "a", "--format", "htm"], "did you mean 'html'?"),
    ],
)
def test_wrong_usage_says_what_to_do(argv: list[str], said: str) -> None:
    """Before anything is written."""
    shelved(story(usage_sum=PASSED), Path("a"))
    result = invoke(*argv)

    assert result.exit_code == 2
    assert said in result.output
    assert not Path("reports").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no target"),
        ("targets = 1", "names no target"),
        ("[targets.a", "is not TOML"),
        ("[targets]\na = 1", "targets.a must be a table"),
        ("[targets.a]\nmodel = 'm'", "targets.a has no url"),
        ("[targets.a]\nurl = 'http://h'\nmodel = 'm'", "has no api-key-env"),
        ("[targets.a]\nurl = 'http://h'\nkey = 'sk-x'", "holds a key (key)"),
        ("[targets.a]\nurl = 'embedded'\nreport_dir = 'x'", "sets report-dir"),
        ("[targets.a]\nurll = 'x'", "did you mean 'url'?"),
        ("[targets.'../a']\nurl = 'embedded'", "cannot be called '../a'"),
        (
            "[targets.a]\nurl = 'http://h'\nmodel = 'm'\napi-key-env = 'NO_KEY'",
            "target a: the environment variable NO_KEY is not set",
        ),
        ("[targets.a]\nurl = 'embedded'\nrate = 'x'", "target a: --rate must be"),
        (
            """
            targets.a = {url = "embedded"}
            targets.b = {url = "embedded", profile = "openai"}
            """,
            "different profiles",
        ),
    ],
)
def test_a_wrong_file_of_targets_stops_before_anything_is_sent(
    text: str, said: str
) -> None:
    """The table at fault is named."""
    Path("t.toml").write_text(text, "utf-8")
    result = invoke("--targets", "t.toml")

    assert result.exit_code == 2
    assert said in result.output
    assert not Path("reports").exists()


def test_all_targets_of_a_file_are_judged_and_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each by a run of its own, beside a report that was there before."""
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
    made = json.loads(Path("out/compare.json").read_text("utf-8"))
    assert [report["name"] for report in made["reports"]][1:] == ["one", "two"]
    assert made["reports"][2]["page"].startswith("two/report.")
    assert {r["verdict"] for r in made["reports"]} == {"conformant"}
    assert not any(row["differs"] for row in made["requirements"])
    assert Path("out/one/journal.ndjson").is_file()


def test_a_target_that_cannot_be_reached_has_its_column() -> None:
    """Inconclusive is an answer, and no reason to lose the others."""
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


def _begun(journal: Path) -> bool:
    """Say whether a run has written its header, and is about to send."""
    return journal.exists() and b"\n" in journal.read_bytes()


def test_an_interruption_ends_every_run_and_is_reported() -> None:
    """Sent to the comparison alone; no run outlives it."""
    with serving(latency=3600.0) as gateway:
        table = f"url = '{gateway.url}'\nmodel = 'm'\napi-key-env = 'K'\n"
        Path("t.toml").write_text(
            f"generated = 0\n[targets.a]\n{table}[targets.b]\n{table}", "utf-8"
        )
        process = subprocess.Popen(  # noqa: S603 -- our own interpreter
            [
                *(sys.executable, "-m", "conformance", "compare"),
                *("--targets", "t.toml", "--report-dir", "out"),
            ],
            env={**os.environ, "K": gateway.key},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        begun = [Path("out") / name / "journal.ndjson" for name in "ab"]
        while not all(map(_begun, begun)) and process.poll() is None:
            pass
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)

    assert process.returncode == 130, output
    made = json.loads(Path("out/compare.json").read_text("utf-8"))
    assert [report["interrupted"] for report in made["reports"]] == [True, True]
