"""The report that a pull request or a job summary shows: one short table, then why."""

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
from conformance.reports.text import plainest, verdict_line

FILE: Final = "summary.md"
SHOWN: Final = 3

_BROKEN = (Outcome.FAILED, Outcome.ERROR)
_OPEN = (Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED, Outcome.EXPECTED)


def code(text: str) -> str:
    """Return ``text`` as inline code that nothing in it can leave."""
    flat = " ".join(text.split())
    fence = "`" * (max((len(run) for run in _runs(flat)), default=0) + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{fence}{space}{flat}{space}{fence}"


def _runs(text: str) -> Iterator[str]:
    run = ""
    for character in text:
        if character == "`":
            run += character
        elif run:
            yield run
            run = ""
    if run:
        yield run


def _table(report: Report) -> Iterator[str]:
    summary = report.summary()
    outcomes = [o for o in Outcome if any(counts[o] for counts in summary.values())]
    yield f"| | {' | '.join(outcomes)} |"
    yield f"|---|{'---:|' * len(outcomes)}"
    for level, counts in summary.items():
        yield f"| {level} | {' | '.join(str(counts[o]) for o in outcomes)} |"


def _failed(
    result: RequirementResult, report: Report, evidence: Evidence
) -> Iterator[str]:
    yield f"### {result.level} `{result.requirement.id}`"
    yield ""
    yield f"{result.requirement.text} *({result.requirement.source})*"
    yield ""
    for group in group_findings(result.verdicts):
        yield f"* {group}"
    for finding in result.findings[:SHOWN]:
        where = code(finding.pointer or "the whole body")
        wanted, got = code(finding.expected), code(finding.got)
        yield f"* {finding.exchange} at {where}: expected {wanted}, got {got}"
    if (more := result.finding_count - len(result.findings[:SHOWN])) > 0:
        yield f"* … {more} more"
    if result.requirement.cause:
        yield f"* likely cause: {result.requirement.cause}"
    if exchange := plainest(result, evidence):
        line = curl(exchange.request, report.target.url, report.target.key_env)
        yield ""
        yield from ("~~~~sh", line, "~~~~")
    yield ""


def _fields(rows: tuple[FieldRow, ...]) -> Iterator[str]:
    """Write what the target did with each field; ranges, the page states none."""
    yield f"| field | {' | '.join(COLUMNS)} | out of range |"
    yield f"|---|{'---|' * len(COLUMNS)}---|"
    for row in rows:
        cells = (row.cell(scenario) for scenario in COLUMNS.values())
        yield f"| {code(row.field)} | {' | '.join(cells)} | no range is stated |"


def render(report: Report, evidence: Evidence) -> str:
    """Write the verdict, the counts, what is broken, and what was not judged."""
    lines = ["# Conformance of `POST /v1/responses`", "", verdict_line(report), ""]
    lines += [*_table(report), ""]
    by_gravity = sorted(report.results, key=lambda r: list(Level).index(r.level))
    broken = [result for result in by_gravity if result.outcome in _BROKEN]
    if broken:
        lines += ["## Broken", ""]
        for result in broken:
            lines += _failed(result, report, evidence)
    left = [result for result in by_gravity if result.outcome in _OPEN]
    if left:
        lines += ["## Not judged", "", "| | requirement | why |", "|---|---|---|"]
        for result in left:
            why = code(result.reason[:200]).replace("|", "\\|") if result.reason else ""
            name = f"{result.level} `{result.requirement.id}`"
            lines.append(f"| {result.outcome} | {name} | {why} |")
        lines.append("")
    if report.baseline_problems:
        lines += ["## Baseline", ""]
        lines += [
            f"* {c.problem}: `{c.requirement}`: {c.text}"
            for c in report.baseline_problems
        ]
        lines.append("")
    if report.fields:
        lines += ["## Fields", "", *_fields(report.fields), ""]
    spent = report.run.cost
    cost = (
        f"{spent.requests} requests, {spent.model_responses} answers,"
        f" {spent.rejections} refusals, {spent.input_tokens} input and"
        f" {spent.output_tokens} output tokens, {report.run.duration_s:.1f} s"
    )
    run = report.run
    lines.append(f"{cost}; catalogue {run.catalogue}, seed {run.seed}, run `{run.id}`.")
    return escape_control_characters("\n".join(lines)) + "\n"
