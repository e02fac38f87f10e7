"""Values generated from JSON Schemas, valid and invalid."""

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

ANY_JSON = st.recursive(
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
def test_value_matches_the_schema(schema: Json) -> None:
    """The common keywords are supported."""
    jsonschema.validate(SchemaValueGenerator(schema).value(), schema)


def test_place_and_text_of_the_prompt_are_used() -> None:
    """A field named like a place gets the place, any other string the text."""
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
@given(st.dictionaries(st.sampled_from(KEYWORDS), ANY_JSON, max_size=6))
def test_invalid_schema_gets_a_value(schema: Json) -> None:
    """The value is valid JSON, and no exception is raised."""
    json.dumps(SchemaValueGenerator(schema).value(), allow_nan=False)


@pytest.mark.parametrize("type_", ["object", "array"])
def test_recursive_schema_gets_a_small_value(type_: str) -> None:
    """Branching recursion stops at a maximum number of values."""
    names = list("abcdefgh")
    recursive = {
        "type": type_,
        "properties": {name: {"$ref": "#"} for name in names},
        "required": names,
        "items": {"$ref": "#"},
        "minItems": 16,
    }
    assert len(json.dumps(SchemaValueGenerator(recursive).value())) < 100_000
