"""The report that a person reads in a terminal: what is wrong first, then the sum."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.generated_input import PREFIX
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import Evidence
from conformance.reports.curl import curl
from conformance.reports.escaping import escape_control_characters
from conformance.reports.finding_groups import group_findings

FILE: Final = "report.txt"
SHOWN: Final = 3
"""Findings that are shown of one requirement."""

_LOOKED_AT: Final = 25
"""Exchanges of one requirement among which the plainest is sought."""

_LOUD = (Outcome.FAILED, Outcome.ERROR)
_MUTED = (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED)


def plainest(result: RequirementResult, evidence: Evidence) -> Exchange | None:
    """Return the exchange that shows best what is broken: the smallest request.

    Only the first findings are looked at; hand-written probes come before others.
    """
    named = dict.fromkeys(f.exchange for f in result.findings if f.exchange)
    found = [x for id_ in islice(named, _LOOKED_AT) if (x := evidence(id_))]
    return min(
        found,
        key=lambda x: (x.probe.startswith(PREFIX), len(x.request.content)),
        default=None,
    )


def _failed(
    result: RequirementResult, report: Report, evidence: Evidence
) -> Iterator[str]:
    loud = [v.probe for v in result.verdicts if v.outcome in _LOUD]
    probes = [name for name in loud if not name.startswith(PREFIX)]
    where = f"  on {', '.join(probes)}" if probes else ""
    yield f"{result.outcome:<8}{result.level}  {result.requirement.id}{where}"
    yield f"    {result.requirement.text}"
    for group in group_findings(result.verdicts):
        yield f"    {group}"
    exchange = plainest(result, evidence)
    shown = sorted(
        result.findings, key=lambda f: not exchange or f.exchange != exchange.id
    )
    for finding in shown[:SHOWN]:
        yield f"    {finding.exchange}  {finding}"
    if (more := result.finding_count - len(shown[:SHOWN])) > 0:
        yield f"    … {more} more"
    if result.outcome is Outcome.ERROR:
        yield from (f"    {line}" for line in result.reason.splitlines())
    if exchange:
        line = curl(exchange.request, report.target.url, report.target.key_env)
        yield f"    reproduce {exchange.id}: {line}"
    yield ""


def _not_judged(report: Report) -> Iterator[str]:
    """List what was not judged, requirements with one reason together."""
    by_reason: dict[tuple[str, str], list[RequirementResult]] = {}
    for result in report.results:
        if result.outcome in _MUTED:
            key = result.outcome, result.reason
            by_reason.setdefault(key, []).append(result)
    for (outcome, reason), several in by_reason.items():
        yield f"{outcome}: {reason}"
        for result in several:
            yield f"    {result.level:<7}{result.requirement.id}"
        yield ""


def _counted(report: Report) -> Iterator[str]:
    for level, counts in report.summary().items():
        told = [f"{counts[o]} {o}" for o in Outcome if counts[o]]
        if told:
            yield f"{level:<7} {', '.join(told)}"


def verdict_line(report: Report) -> str:
    """Return the whole run in one sentence."""
    musts = report.summary()[Level.MUST]
    target = report.target
    told = {
        "conformant": f"all {musts[Outcome.PASSED]} MUST requirements judged were kept",
        "non-conformant": f"{musts[Outcome.FAILED]} MUST requirements are broken",
        "inconclusive": f"{musts[Outcome.INCONCLUSIVE]} MUST requirements"
        " could not be judged",
    }[report.verdict]
    return (
        f"{report.verdict}: {target.url} with model {target.model!r},"
        f" profile {target.profile}: {told}"
    )


def render(report: Report, evidence: Evidence) -> str:
    """Show what is broken with its evidence, what was not judged, and the counts.

    Whatever a server said reaches the terminal as text, never as a command to it.
    """
    lines = list[str]()
    by_gravity = sorted(report.results, key=lambda r: list(Level).index(r.level))
    for result in by_gravity:
        if result.outcome in _LOUD:
            lines += _failed(result, report, evidence)
    lines += _not_judged(report)
    for complaint in report.baseline_problems:
        name = f"baseline entry for {complaint.requirement}"
        lines.append(f"{complaint.problem}: {name}: {complaint.text}")
    spent = report.run.cost
    lines += _counted(report)
    lines.append(
        f"{spent.requests} requests in {report.run.duration_s:.1f} s:"
        f" {spent.model_responses} answers, {spent.rejections} refusals;"
        f" {spent.input_tokens} input and {spent.output_tokens} output tokens"
    )
    lines.append(verdict_line(report))
    return escape_control_characters("\n".join(lines)) + "\n"
