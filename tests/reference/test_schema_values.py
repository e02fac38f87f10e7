"""Values for schemas: those that fit, and no trouble with those that cannot."""

import json

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.reference.schema_values import SchemaValueGenerator
from tests.reference.client import Json

KEYWORDS = [
    *("type", "enum", "const", "properties", "required", "items", "format", "a"),
    *("anyOf", "oneOf", "allOf", "$ref", "minimum", "maximum", "multipleOf"),
    *("exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems"),
    *("minLength", "maxLength"),
]

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["object", "array", "string", "integer", "number", "#", "#/a"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYWORDS), inner, max_size=5)
    ),
    max_leaves=15,
)


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object"},
        {"type": "string", "minLength": 9},
        {"type": "string", "maxLength": 1},
        {"type": "string", "enum": ["x", "y"]},
        {"type": ["null", "integer"]},
        {"type": "integer", "minimum": 7},
        {"type": "integer", "maximum": -7},
        {"type": "integer", "exclusiveMinimum": 7, "multipleOf": 5},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
        {"type": "number", "minimum": -2, "maximum": -1},
        {"type": "array", "minItems": 3, "items": {"type": "boolean"}},
        {"type": "array", "maxItems": 0},
        {"const": {"a": [1]}},
        {"oneOf": [{"type": "boolean"}, {"type": "string"}]},
        {"allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "null"}}}]},
        {
            "$ref": "#/$defs/node",
            "$defs": {
                "node": {
                    "type": "object",
                    "properties": {"next": {"$ref": "#/$defs/node"}},
                }
            },
        },
    ],
)
def test_a_value_fits(schema: Json) -> None:
    """The keywords that such schemas are written with are obeyed."""
    jsonschema.validate(SchemaValueGenerator(schema).value(), schema)


def test_places_and_texts_are_taken_from_the_prompt() -> None:
    """A member named like a place takes the place, any other string the text."""
    schema = {"properties": {"home_town": {}, "note": {"type": "string"}}}
    assert SchemaValueGenerator(schema, "Oslo", "hm").value() == {
        "home_town": "Oslo",
        "note": "hm",
    }


@settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=list(HealthCheck),
)
@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD, max_size=6))
def test_nonsense_gets_some_value(schema: Json) -> None:
    """Whatever stands where a schema should, the answer is JSON and not an error."""
    json.dumps(SchemaValueGenerator(schema).value(), allow_nan=False)


@pytest.mark.parametrize("kind", ["object", "array"])
def test_a_schema_without_end_gets_a_small_value(kind: str) -> None:
    """Recursion that branches is given up before it costs anything."""
    names = list("abcdefgh")
    endless = {
        "type": kind,
        "properties": {name: {"$ref": "#"} for name in names},
        "required": names,
        "items": {"$ref": "#"},
        "minItems": 16,
    }
    assert len(json.dumps(SchemaValueGenerator(endless).value())) < 100_000
