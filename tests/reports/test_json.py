"""``report.json`` is what its schema says, whatever a run came to."""

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


def problems(text: str) -> list[str]:
    """Return what the schema has against a report."""
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    validator = jsonschema.Draft202012Validator(SCHEMA, format_checker=checker)
    return [error.message for error in validator.iter_errors(json.loads(text))]


def test_the_schema_is_a_schema() -> None:
    """It can be compiled, and refuses an empty object."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)

    assert problems("{}") != []


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_can_be_written(outcome: Outcome, level: Level) -> None:
    """Seven outcomes at three levels, all within the schema."""
    report = report_of(verdict("usage.x", outcome, level, reason="because"))

    assert problems(render(report, evidence)) == []


def test_what_went_wrong_can_be_found_again() -> None:
    """A failed requirement names exchange, pointer, expected and got."""
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
