"""Report to GitHub Actions: annotations of the job, and the summary of the step.

This module does nothing outside of GitHub Actions, which sets ``GITHUB_ACTIONS`` and
``GITHUB_STEP_SUMMARY``.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import Evidence, render_report
from conformance.reports.wording import outcome_label

MAX_ANNOTATIONS: Final = 10
"""Maximum number of annotations of one kind that GitHub shows for one step."""

MAX_SUMMARY_BYTES: Final = 1_000_000
"""Maximum size of a summary; GitHub rejects more than one mebibyte."""

_TRUNCATED: Final = "\n\n*The summary is truncated; the report contains the rest.*\n"


def _escaped(text: str) -> str:
    """Escape line breaks in a message, because a workflow command is one line."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped_property(text: str) -> str:
    """Escape the value of a property, such as the title, of a workflow command."""
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _command(kind: str, title: str, text: str) -> str:
    """Return a workflow command; ``kind`` is ``error`` or ``warning``."""
    return f"::{kind} title={_escaped_property(title)}::{_escaped(text)}"


def _message(result: RequirementResult) -> str:
    findings = [str(finding) for finding in result.findings[:3]]
    return "\n".join([result.requirement.text, *findings, result.reason]).strip()


def _annotations(kind: str, results: Sequence[RequirementResult]) -> Iterator[str]:
    """Yield a workflow command for each result, at most ``MAX_ANNOTATIONS``.

    If there are more results, the last command lists the requirements of all others.
    """
    fits = len(results) <= MAX_ANNOTATIONS
    for result in results[: MAX_ANNOTATIONS if fits else MAX_ANNOTATIONS - 1]:
        outcome = outcome_label(result.outcome)
        title = f"{outcome} {result.level} {result.requirement.id}"
        yield _command(kind, title, _message(result))
    if not fits:
        more = ", ".join(r.requirement.id for r in results[MAX_ANNOTATIONS - 1 :])
        yield _command(kind, f"{len(results) - MAX_ANNOTATIONS + 1} more", more)


def annotations(report: Report) -> Iterator[str]:
    """Yield workflow commands for the failures of a report.

    Failed MUST requirements, internal errors and baseline problems are errors. Other
    failures and inconclusive MUST requirements are warnings.
    """
    broken = [r for r in report.results if r.outcome in {Outcome.FAILED, Outcome.ERROR}]
    errors = [r for r in broken if r.level is Level.MUST or r.outcome is Outcome.ERROR]
    untested = [
        r
        for r in report.results
        if r.level is Level.MUST and r.outcome is Outcome.INCONCLUSIVE
    ]
    yield from _annotations("error", errors)
    yield from _annotations(
        "warning", [r for r in broken if r not in errors] + untested
    )
    for problem in report.baseline_problems[:MAX_ANNOTATIONS]:
        title = f"baseline: {problem.problem} {problem.requirement}"
        yield _command("error", title, problem.text)


def disable_workflow_commands(text: str, environ: Mapping[str, str]) -> str:
    """Return ``text`` so that GitHub Actions executes no workflow command in it.

    The text may quote a server. Outside of GitHub Actions it is unchanged.
    """
    if environ.get("GITHUB_ACTIONS") != "true":
        return text
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def append_step_summary(markdown: str, environ: Mapping[str, str]) -> None:
    """Append ``markdown`` to the step summary, if ``GITHUB_STEP_SUMMARY`` names one."""
    if path := environ.get("GITHUB_STEP_SUMMARY"):
        content = markdown.encode()
        if len(content) > MAX_SUMMARY_BYTES:
            limit = MAX_SUMMARY_BYTES - len(_TRUNCATED)
            content = (content[:limit].decode(errors="ignore") + _TRUNCATED).encode()
        with Path(path).open("ab") as summary:
            summary.write(content)


def publish(
    report: Report, evidence: Evidence, environ: Mapping[str, str]
) -> Iterator[str]:
    """Append the report to the step summary, and yield the workflow commands."""
    append_step_summary(render_report("markdown", report, evidence), environ)
    if environ.get("GITHUB_ACTIONS") == "true":
        yield from annotations(report)
