"""The report as JSON, which conforms to ``docs/report.schema.json``."""

import json
import re
from dataclasses import asdict
from typing import Final

import conformance
from conformance.model.generated_input import FieldRow
from conformance.model.node import Json
from conformance.model.report import Report, RequirementResult
from conformance.model.timing import LatencySummary, latency_summaries
from conformance.model.verdict import Outcome
from conformance.reports import Evidence
from conformance.reports.finding_groups import group_findings

FILE: Final = "report.json"
SCHEMA_VERSION: Final = 1
"""Version of ``docs/report.schema.json``, which the report contains."""

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _requirement(result: RequirementResult) -> Json:
    requirement = result.requirement
    return {
        "id": requirement.id,
        "section": requirement.section,
        "level": result.level,
        "text": requirement.text,
        "source": requirement.source,
        "outcome": result.outcome,
        "observations": result.observations,
        "broken": result.finding_count,
        "reason": result.reason,
        "findings": [asdict(finding) for finding in result.findings],
        "groups": [
            {"field": group.field, "wrong": group.problem, "cases": group.cases}
            for group in group_findings(result.verdicts)
        ],
    }


def _field(row: FieldRow) -> Json:
    """Return how often the server reacted how to generated values of a field."""
    return {
        "field": row.field,
        "did": {scenario: dict(counts) for scenario, counts in row.cells.items()},
    }


def _latency(summary: LatencySummary) -> Json:
    values = asdict(summary)
    return {
        "least": values.pop("minimum"),
        "most": values.pop("maximum"),
        **values,
    }


def document(report: Report) -> Json:
    """Return the report as a JSON value."""
    run, cost = report.run, report.run.cost
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "responses-conformance", "version": conformance.__version__},
        "catalogue": run.catalogue,
        "run": {
            "id": run.id,
            "started_at": run.started_at,
            "duration_s": run.duration_s,
            "seed": run.seed,
            "requests": cost.requests,
            "answers": cost.model_responses,
            "refusals": cost.rejections,
            "generated": cost.generated,
            "input_tokens": cost.input_tokens,
            "output_tokens": cost.output_tokens,
            "interrupted": run.interrupted,
        },
        "target": {
            "url": report.target.url,
            "model": report.target.model,
            "profile": report.target.profile,
        },
        "verdict": report.verdict,
        "exit_code": report.exit_code,
        "capabilities": dict(report.capabilities),
        "summary": {
            level: {outcome: counts[outcome] for outcome in Outcome}
            for level, counts in report.summary().items()
        },
        "baseline": [asdict(problem) for problem in report.baseline_problems],
        "fields": [_field(row) for row in report.fields],
        "timings": {
            name: _latency(summary)
            for name, summary in latency_summaries(report.timings).items()
        },
        "requirements": [_requirement(result) for result in report.results],
    }


def render(report: Report, _evidence: Evidence) -> str:
    """Return the report as indented JSON.

    Lone surrogates in text from a server are escaped, because UTF-8 cannot encode them.
    """
    text = json.dumps(document(report), indent=2, ensure_ascii=False)
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"
