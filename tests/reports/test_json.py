"""``report.json`` conforms to its schema for every outcome."""

import json
from pathlib import Path

import jsonschema
import pytest

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.json import render
from tests.reports.sample_reports import evidence, report_of, verdict

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "report.schema.json").read_text("utf-8")
)


def schema_violations(text: str) -> list[str]:
    """Return the schema violations of a report."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=checker)
    return [error.message for error in validator.iter_errors(json.loads(text))]


def test_schema_is_valid_and_rejects_an_empty_object() -> None:
    """Otherwise the other tests would prove nothing."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    assert schema_violations("{}") != []


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_at_every_level_conforms(outcome: Outcome, level: Level) -> None:
    """The reason is part of the report."""
    report = report_of(verdict("usage.x", outcome, level, reason="because"))

    assert schema_violations(render(report, evidence)) == []


def test_failed_requirement_has_its_finding() -> None:
    """With exchange, pointer, expected and got."""
    report = report_of(verdict("usage.x", Outcome.FAILED))
    written = json.loads(render(report, evidence))

    assert written["verdict"] == "non-conformant"
    assert written["summary"]["MUST"]["failed"] == 1
    assert written["requirements"][0]["findings"] == [
        {
            "pointer": "/usage/total_tokens",
            "expected": "34 (11 + 23)",
            "got": "35 `<script>`",
            "exchange": "x-0001",
        }
    ]
