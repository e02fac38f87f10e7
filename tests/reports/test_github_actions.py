"""GitHub Actions gets annotations and a summary, and no commands from a server."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.baseline import BaselineProblem
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import github_actions
from tests.cli.test_baseline import FAULT, run_with_baseline
from tests.pytest_plugin.test_entry_point import run_against_gateway
from tests.reports.sample_reports import evidence, report_of, verdict

COMMAND = re.compile(r"::(error|warning) title=([^:,]*)::(.*)")


def test_what_fails_the_job_is_an_error_and_the_rest_a_warning() -> None:
    """Each has the requirement and the first finding, on one line."""
    report = report_of(
        verdict("usage.sum", Outcome.FAILED),
        verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
        verdict("usage.crash", Outcome.ERROR, Level.MAY, "Trace\r\nback"),
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
        ("error", "internal error MAY usage.crash"),
        ("warning", "failed SHOULD usage.nice"),
        ("warning", "inconclusive MUST usage.open"),
        ("error", "baseline%3A stale usage.old"),
    ]
    assert "Text of usage.sum.%0A/usage/total_tokens" in lines[0]
    assert lines[1].endswith("Trace%0D%0Aback")


def test_at_most_ten_annotations_of_a_kind() -> None:
    """The tenth names all remaining requirements."""
    many = [verdict(f"usage.n{n}", Outcome.FAILED) for n in range(12)]
    lines = list(github_actions.annotations(report_of(*many)))

    assert len(lines) == 10
    assert lines[-1] == "::error title=3 more::usage.n9, usage.n10, usage.n11"


def test_percent_signs_and_line_breaks_are_escaped() -> None:
    """The runner decodes them."""
    untested = verdict("usage.x", Outcome.INCONCLUSIVE, reason="100%\n::add-mask::x")
    (line,) = github_actions.annotations(report_of(untested))

    assert line.endswith("100%25%0A::add-mask::x")
    assert "\n" not in line


def test_nothing_happens_outside_of_github_actions(tmp_path: Path) -> None:
    """No command, no summary, unchanged text."""
    report = report_of(verdict("usage.sum", Outcome.FAILED))

    assert list(github_actions.publish(report, evidence, {})) == []
    assert github_actions.disable_workflow_commands("::error::x", {}) == "::error::x"
    assert list(tmp_path.iterdir()) == []


def test_text_from_a_server_is_not_a_command() -> None:
    """It is between two lines with a random token."""
    wrapped = [
        github_actions.disable_workflow_commands(
            "::error::x", {"GITHUB_ACTIONS": "true"}
        )
        for _ in "ab"
    ]
    first, text, last = wrapped[0].splitlines()
    token = first.removeprefix("::stop-commands::")

    assert text == "::error::x"
    assert last == f"::{token}::"
    assert len(token) == 32
    assert wrapped[0] != wrapped[1]


def test_summary_is_appended_and_has_a_size_limit(tmp_path: Path) -> None:
    """GitHub rejects more than one mebibyte."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", "utf-8")
    environ = {"GITHUB_STEP_SUMMARY": str(summary)}
    github_actions.append_step_summary("# small\n", environ)
    github_actions.append_step_summary("ü" * 2**20, environ)
    written = summary.read_bytes()

    assert written.decode().startswith("before\n# small\n")
    assert len(written) <= 1_000_020
    assert written.decode().rstrip().endswith("the report contains the rest.*")


def test_run_writes_annotations_and_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The annotations follow the text in which commands are disabled."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "s.md"))
    result = run_with_baseline((FAULT,), "")
    lines = result.output.splitlines()
    ends = [
        n for n, line in enumerate(lines) if re.fullmatch(r"::[0-9a-f]{32}::", line)
    ]
    (error,) = (n for n, line in enumerate(lines) if line.startswith("::error "))

    assert result.exit_code == 1
    assert ends[0] < error
    assert "usage.total-is-the-sum" in lines[error]
    assert "# Conformance" in (tmp_path / "s.md").read_text("utf-8")


def test_pytest_run_writes_annotations_and_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are at the end of pytest's output."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "s.md"))
    result = run_against_gateway(tmp_path, "-k", "total", faults=(FAULT,))

    assert "::error title=failed MUST usage.total-is-the-sum::" in result.stdout
    assert "# Conformance" in (tmp_path / "s.md").read_text("utf-8")
