"""The report as Markdown, for a pull request or a job summary."""

import re
from collections.abc import Iterator
from typing import Final

from conformance.model.generated_input import COLUMNS, FieldRow
from conformance.model.report import Report, RequirementResult
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import Evidence
from conformance.reports.curl import curl
from conformance.reports.escaping import escape_control_characters
from conformance.reports.finding_groups import group_findings
from conformance.reports.text import MAX_FINDINGS, smallest_exchange
from conformance.reports.wording import cost_line, outcome_label, verdict_line

FILE: Final = "summary.md"

MAX_REASON_LENGTH: Final = 200
"""Maximum number of characters of a reason that a table shows."""

_FAILING = (Outcome.FAILED, Outcome.ERROR)
"""Outcomes of the requirements that the report lists as failed."""

_LISTED_AS_UNTESTED = (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED)
"""Outcomes of the requirements that the report lists as not tested."""


def code(text: str) -> str:
    """Return ``text`` as inline code, which backticks in ``text`` do not end."""
    on_one_line = " ".join(text.split())
    longest = max((len(run) for run in re.findall("`+", on_one_line)), default=0)
    fence = "`" * (longest + 1)
    space = " " if on_one_line.startswith("`") or on_one_line.endswith("`") else ""
    return f"{fence}{space}{on_one_line}{space}{fence}"


def table_cell(text: str) -> str:
    """Return ``text`` as inline code for the cell of a Markdown table."""
    return code(text).replace("|", "\\|")


def _summary_table(report: Report) -> Iterator[str]:
    """Yield a table that counts requirements by level and outcome."""
    summary = report.summary()
    outcomes = [o for o in Outcome if any(counts[o] for counts in summary.values())]
    yield f"| | {' | '.join(map(outcome_label, outcomes))} |"
    yield f"|---|{'---:|' * len(outcomes)}"
    for level, counts in summary.items():
        yield f"| {level} | {' | '.join(str(counts[o]) for o in outcomes)} |"


def _failure_lines(
    result: RequirementResult, report: Report, evidence: Evidence
) -> Iterator[str]:
    """Yield a failed requirement, its first findings, usual cause and curl command."""
    yield f"### {result.level} `{result.requirement.id}`"
    yield ""
    yield f"{result.requirement.text} *({result.requirement.source})*"
    yield ""
    for group in group_findings(result.verdicts):
        yield f"* {group}"
    findings = result.findings[:MAX_FINDINGS]
    for finding in findings:
        location = code(finding.pointer or "the whole body")
        expected, got = code(finding.expected), code(finding.got)
        yield f"* {finding.exchange} at {location}: expected {expected}, got {got}"
    if (more := result.finding_count - len(findings)) > 0:
        yield f"* … {more} more"
    if result.requirement.cause:
        yield f"* usual cause: {result.requirement.cause}"
    if exchange := smallest_exchange(result, evidence):
        line = curl(exchange.request, report.target.url, report.target.key_env)
        yield ""
        yield from ("~~~~sh", line, "~~~~")
    yield ""


def _reason_table(results: list[RequirementResult]) -> Iterator[str]:
    """Yield a table with the outcome of each requirement and the reason for it."""
    yield from ("| outcome | requirement | reason |", "|---|---|---|")
    for result in results:
        reason = result.reason[:MAX_REASON_LENGTH]
        cell = table_cell(reason) if reason else ""
        name = f"{result.level} `{result.requirement.id}`"
        yield f"| {outcome_label(result.outcome)} | {name} | {cell} |"
    yield ""


def _field_table(rows: tuple[FieldRow, ...]) -> Iterator[str]:
    """Yield a table of how the server reacted to generated values of each field.

    The contract states no range for any field. The last column is therefore the same in
    each row.
    """
    yield f"| field | {' | '.join(COLUMNS)} | out of range |"
    yield f"|---|{'---|' * len(COLUMNS)}---|"
    for row in rows:
        cells = (row.cell(scenario) for scenario in COLUMNS.values())
        yield f"| {code(row.field)} | {' | '.join(cells)} | no range is stated |"


def render(report: Report, evidence: Evidence) -> str:
    """Return the verdict, the totals, the failures and what was not tested."""
    lines = ["# Conformance of `POST /v1/responses`", "", verdict_line(report), ""]
    lines += [*_summary_table(report), ""]
    by_level = sorted(report.results, key=lambda r: list(Level).index(r.level))
    failing = [result for result in by_level if result.outcome in _FAILING]
    if failing:
        lines += ["## Failed requirements", ""]
        for result in failing:
            lines += _failure_lines(result, report, evidence)
    if expected := [r for r in by_level if r.outcome is Outcome.EXPECTED]:
        lines += ["## Expected failures", "", *_reason_table(expected)]
    if untested := [r for r in by_level if r.outcome in _LISTED_AS_UNTESTED]:
        lines += ["## Not tested", "", *_reason_table(untested)]
    if report.baseline_problems:
        lines += ["## Baseline entries to fix", ""]
        lines += [
            f"* {problem.problem}: `{problem.requirement}`: {problem.text}"
            for problem in report.baseline_problems
        ]
        lines.append("")
    if report.fields:
        lines += ["## Fields", "", *_field_table(report.fields), ""]
    run = report.run
    details = f"catalogue {run.catalogue}, seed {run.seed}, run `{run.id}`"
    lines.append(f"{cost_line(report)}; {details}.")
    return escape_control_characters("\n".join(lines)) + "\n"
