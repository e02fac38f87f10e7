"""Findings of a JSON Schema: their pointers, and what they expected."""

import pytest

from conformance.contract.evidence.schema_match import check_schema
from conformance.contract.structured.probes import SCHEMA
from conformance.model.node import Json, Node

ROME = {"city": "Rome", "continent": "Europe", "inhabitants": 2_750_000}
CONTINENTS = "one of ['Africa', 'Asia', 'Europe']"
NO_OTHERS = "no fields other than city, continent, inhabitants"


def found(value: Json, schema: Json) -> list[str]:
    """Return the findings as text, for a value in the field ``text``."""
    return [str(finding) for finding in check_schema(Node(value, "/text"), schema)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ROME, []),
        ({**ROME, "inhabitants": 2.0}, []),
        ([], ["/text: expected an object, got []"]),
        (
            {**ROME, "inhabitants": 2.5},
            ["/text/inhabitants: expected an integer, got 2.5"],
        ),
        (
            {**ROME, "inhabitants": True},
            ["/text/inhabitants: expected an integer, got true"],
        ),
        (
            {**ROME, "continent": "Mu"},
            [f'/text/continent: expected {CONTINENTS}, got "Mu"'],
        ),
        (
            {**ROME, "continent": None},
            ["/text/continent: expected a string, got null"],
        ),
        (
            {"city": 1},
            [
                "/text: expected a field 'continent', got missing",
                "/text: expected a field 'inhabitants', got missing",
                "/text/city: expected a string, got 1",
            ],
        ),
        (
            {**ROME, "river/~": "Tiber"},
            [f'/text/river~1~0: expected {NO_OTHERS}, got "Tiber"'],
        ),
    ],
)
def test_each_violation_is_one_finding(value: Json, expected: list[str]) -> None:
    """A missing field has the pointer of its object; ``2.0`` is an integer."""
    assert found(value, SCHEMA) == expected


def test_pointers_contain_indexes_and_escaped_names() -> None:
    """As in RFC 6901."""
    schema = {"additionalProperties": {"items": {"type": ["integer", "null"]}}}

    assert found({"a/b~c": [1, None, "x"]}, schema) == [
        '/text/a~1b~0c/2: expected an integer or null, got "x"'
    ]


def test_other_keywords_are_quoted() -> None:
    """No probe uses them yet."""
    assert found(5, {"maximum": 3}) == [
        '/text: expected a value that matches {"maximum": 3}, got 5'
    ]
