"""What GitHub Actions is told while a job runs: annotations, and a step's summary.

Nothing here does anything outside of it: ``GITHUB_ACTIONS`` and
``GITHUB_STEP_SUMMARY`` are how a job knows that it runs there.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import Evidence, render_report

MOST: Final = 10
"""Annotations of one kind that GitHub shows of one step."""

LARGEST: Final = 1_000_000
"""Bytes of a summary; GitHub refuses one of more than a mebibyte."""

_CUT: Final = "\n\n*The summary is cut here; the report has the rest.*\n"


def _escaped(text: str) -> str:
    """Keep a message on the line of its command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _named(text: str) -> str:
    """Keep the value of a property within that property."""
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _command(kind: str, title: str, text: str) -> str:
    return f"::{kind} title={_named(title)}::{_escaped(text)}"


def _told(result: RequirementResult) -> str:
    found = [str(finding) for finding in result.findings[:3]]
    return "\n".join([result.requirement.text, *found, result.reason]).strip()


def _several(kind: str, results: Sequence[RequirementResult]) -> Iterator[str]:
    for result in results[: MOST if len(results) <= MOST else MOST - 1]:
        title = f"{result.outcome} {result.level} {result.requirement.id}"
        yield _command(kind, title, _told(result))
    if len(results) > MOST:
        more = ", ".join(r.requirement.id for r in results[MOST - 1 :])
        yield _command(kind, f"{len(results) - MOST + 1} more", more)


def annotations(report: Report) -> Iterator[str]:
    """Yield workflow commands: errors for what stops a gate, warnings for the rest."""
    broken = [r for r in report.results if r.outcome in {Outcome.FAILED, Outcome.ERROR}]
    stops = [r for r in broken if r.level is Level.MUST or r.outcome is Outcome.ERROR]
    unjudged = [
        r
        for r in report.results
        if r.level is Level.MUST and r.outcome is Outcome.INCONCLUSIVE
    ]
    yield from _several("error", stops)
    yield from _several("warning", [r for r in broken if r not in stops] + unjudged)
    for complaint in report.baseline_problems[:MOST]:
        title = f"baseline: {complaint.problem} {complaint.requirement}"
        yield _command("error", title, complaint.text)


def hushed(text: str, environ: Mapping[str, str]) -> str:
    """Wrap what a server may have written, so that no line of it is a command."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return text
    token = secrets.token_hex(16)
    return f"::stop-commands::{token}\n{text.rstrip()}\n::{token}::\n"


def summarised(markdown: str, environ: Mapping[str, str]) -> None:
    """Append to the summary of the step that runs, if there is one."""
    if where := environ.get("GITHUB_STEP_SUMMARY"):
        whole = markdown.encode()
        if len(whole) > LARGEST:
            cut = whole[: LARGEST - len(_CUT)].decode(errors="ignore")
            whole = (cut + _CUT).encode()
        with Path(where).open("ab") as summary:
            summary.write(whole)


def told(
    report: Report, evidence: Evidence, environ: Mapping[str, str]
) -> Iterator[str]:
    """Write the step's summary, and yield the lines that annotate the job."""
    summarised(render_report("markdown", report, evidence), environ)
    if environ.get("GITHUB_ACTIONS") == "true":
        yield from annotations(report)
