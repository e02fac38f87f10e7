"""GitHub Actions is told what stops a job, and can be made to do nothing by it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.baseline import BaselineProblem
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import github_actions
from tests.cli.test_gate import FAULT, gated
from tests.pytest_plugin.test_entry_point import judged
from tests.reports.sample_reports import evidence, report_of, verdict

COMMAND = re.compile(r"::(error|warning) title=([^:,]*)::(.*)")


def test_what_stops_a_gate_is_an_error_and_the_rest_a_warning() -> None:
    """With the clause and the first finding, each on one line."""
    report = report_of(
        verdict("usage.sum", Outcome.FAILED),
        verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
        verdict("usage.odd", Outcome.ERROR, Level.MAY, "Trace\r\nback"),
        verdict("usage.open", Outcome.INCONCLUSIVE, reason="no answer"),
        verdict("usage.lacks", Outcome.UNSUPPORTED, reason="refused"),
        verdict("usage.fine", Outcome.PASSED),
    )
    report = replace(
        report, baseline_problems=(BaselineProblem("usage.old", "stale", "it passes"),)
    )
    lines = list(github_actions.annotations(report))
    found = [match.groups() for line in lines if (match := COMMAND.fullmatch(line))]

    assert len(found) == len(lines)
    assert [(kind, title) for kind, title, _ in found] == [
        ("error", "failed MUST usage.sum"),
        ("error", "error MAY usage.odd"),
        ("warning", "failed SHOULD usage.nice"),
        ("warning", "inconclusive MUST usage.open"),
        ("error", "baseline%3A stale usage.old"),
    ]
    assert "The clause usage.sum holds.%0A/usage/total_tokens" in lines[0]
    assert lines[1].endswith("Trace%0D%0Aback")


def test_no_more_than_ten_of_a_kind() -> None:
    """The tenth names all that are left."""
    many = [verdict(f"usage.n{n}", Outcome.FAILED) for n in range(12)]
    lines = list(github_actions.annotations(report_of(*many)))

    assert len(lines) == 10
    assert lines[-1] == "::error title=3 more::usage.n9, usage.n10, usage.n11"


def test_percent_signs_and_line_breaks_stay_in_the_message() -> None:
    """As the runner reads them back."""
    said = verdict("usage.x", Outcome.INCONCLUSIVE, reason="100%\n::add-mask::x")
    (line,) = github_actions.annotations(report_of(said))

    assert line.endswith("100%25%0A::add-mask::x")
    assert "\n" not in line


def test_outside_of_actions_nothing_is_said_or_written(tmp_path: Path) -> None:
    """No command, no summary, the text as it was."""
    report = report_of(verdict("usage.sum", Outcome.FAILED))

    assert list(github_actions.told(report, evidence, {})) == []
    assert github_actions.hushed("::error::x", {}) == "::error::x"
    assert list(tmp_path.iterdir()) == []


def test_what_a_server_wrote_is_no_command() -> None:
    """It stands between two lines with a word that nobody can guess."""
    hushed = [
        github_actions.hushed("::error::x", {"GITHUB_ACTIONS": "true"}) for _ in "ab"
    ]
    first, text, last = hushed[0].splitlines()
    token = first.removeprefix("::stop-commands::")

    assert text == "::error::x"
    assert last == f"::{token}::"
    assert len(token) == 32
    assert hushed[0] != hushed[1]


def test_a_summary_is_appended_and_never_too_large(tmp_path: Path) -> None:
    """A step may have a summary already; GitHub refuses more than a mebibyte."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    github_actions.summarised("# small\n", environ)
    github_actions.summarised("ü" * 2**20, environ)
    written = summary.read_bytes()

    assert written.decode().startswith("before\n# small\n")
    assert len(written) <= github_actions.LARGEST + 20
    assert written.decode().rstrip().endswith("the report has the rest.*")


def test_a_run_tells_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line: text that cannot command, annotations, a summary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "s.md"))
    result = gated((FAULT,), "")
    lines = result.output.splitlines()
    ends = [
        n for n, line in enumerate(lines) if re.fullmatch(r"::[0-9a-f]{32}::", line)
    ]
    (error,) = (n for n, line in enumerate(lines) if line.startswith("::error "))

    assert result.exit_code == 1
    assert ends[0] < error
    assert "usage.total-is-the-sum" in lines[error]
    assert "# Conformance" in (tmp_path / "s.md").read_text("utf-8")


def test_a_pytest_job_tells_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the end of pytest's own output."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "s.md"))
    done = judged(tmp_path, "-k", "total", faults=(FAULT,))

    assert "::error title=failed MUST usage.total-is-the-sum::" in done.stdout
    assert "# Conformance" in (tmp_path / "s.md").read_text("utf-8")
