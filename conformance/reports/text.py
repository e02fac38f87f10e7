"""The report for a terminal: failures first, then what was not tested, then totals."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.generated_input import PREFIX
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.verdict import ALL_EXCHANGES, Outcome
from conformance.reports import Evidence
from conformance.reports.curl import curl
from conformance.reports.escaping import escape_control_characters
from conformance.reports.finding_groups import group_findings
from conformance.reports.wording import cost_line, outcome_label, verdict_line

FILE: Final = "report.txt"

MAX_FINDINGS: Final = 3
"""Maximum number of findings that are shown for one requirement."""

_MAX_CANDIDATES: Final = 25
"""Number of exchanges from which ``smallest_exchange`` selects one."""

_FAILING = (Outcome.FAILED, Outcome.ERROR)
"""Outcomes of the requirements that the report lists first."""

_LISTED_AS_UNTESTED = (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED)
"""Outcomes of the requirements that the report lists as not tested."""


def smallest_exchange(result: RequirementResult, evidence: Evidence) -> Exchange | None:
    """Return the failing exchange with the smallest request.

    Only the first ``_MAX_CANDIDATES`` exchanges with a finding are considered.
    Exchanges of hand-written probes are preferred to those of generated requests.
    Return ``None`` if no finding is about a recorded exchange.
    """
    ids = dict.fromkeys(f.exchange for f in result.findings if f.exchange)
    found = [x for id_ in islice(ids, _MAX_CANDIDATES) if (x := evidence(id_))]
    return min(
        found,
        key=lambda x: (x.probe.startswith(PREFIX), len(x.request.content)),
        default=None,
    )


def _failure_lines(
    result: RequirementResult, report: Report, evidence: Evidence
) -> Iterator[str]:
    """Yield a failed requirement, its first findings and a curl command.

    The findings about the exchange that the command reproduces come first.
    """
    failing_probes = [v.probe for v in result.verdicts if v.outcome in _FAILING]
    hand_written = [
        name
        for name in failing_probes
        if name != ALL_EXCHANGES and not name.startswith(PREFIX)
    ]
    on_probes = f"  on {', '.join(hand_written)}" if hand_written else ""
    outcome = outcome_label(result.outcome)
    yield f"{outcome}  {result.level}  {result.requirement.id}{on_probes}"
    yield f"    {result.requirement.text}"
    for group in group_findings(result.verdicts):
        yield f"    {group}"
    exchange = smallest_exchange(result, evidence)
    findings = sorted(
        result.findings, key=lambda f: not exchange or f.exchange != exchange.id
    )[:MAX_FINDINGS]
    for finding in findings:
        yield f"    {finding.exchange}  {finding}"
    if (more := result.finding_count - len(findings)) > 0:
        yield f"    … {more} more"
    if result.outcome is Outcome.ERROR:
        yield from (f"    {line}" for line in result.reason.splitlines())
    if exchange:
        line = curl(exchange.request, report.target.url, report.target.key_env)
        yield f"    reproduce {exchange.id}: {line}"
    yield ""


def _untested_lines(report: Report) -> Iterator[str]:
    """Yield the requirements that were not tested, grouped by their reason."""
    by_reason: dict[tuple[Outcome, str], list[RequirementResult]] = {}
    for result in report.results:
        if result.outcome in _LISTED_AS_UNTESTED:
            key = result.outcome, result.reason
            by_reason.setdefault(key, []).append(result)
    for (outcome, reason), results in by_reason.items():
        yield f"{outcome_label(outcome)}: {reason}"
        for result in results:
            yield f"    {result.level:<7}{result.requirement.id}"
        yield ""


def _total_lines(report: Report) -> Iterator[str]:
    """Yield the number of requirements by outcome, one line for each level."""
    for level, counts in report.summary().items():
        totals = [f"{counts[o]} {outcome_label(o)}" for o in Outcome if counts[o]]
        if totals:
            yield f"{level:<7} {', '.join(totals)}"


def render(report: Report, evidence: Evidence) -> str:
    """Return the failures with evidence, what was not tested, totals and the verdict.

    Text from a server is escaped, so that it cannot send commands to the terminal.
    """
    lines = list[str]()
    by_level = sorted(report.results, key=lambda r: list(Level).index(r.level))
    for result in by_level:
        if result.outcome in _FAILING:
            lines += _failure_lines(result, report, evidence)
    lines += _untested_lines(report)
    for problem in report.baseline_problems:
        entry = f"baseline entry for {problem.requirement}"
        lines.append(f"{problem.problem}: {entry}: {problem.text}")
    lines += _total_lines(report)
    lines += [cost_line(report), verdict_line(report)]
    return escape_control_characters("\n".join(lines)) + "\n"
