"""Validate a JSON value against the few schema keywords that the probes use."""

from typing import Final

from conformance.model.check import Findings
from conformance.model.node import Json, Node

_TYPES: Final[dict[str, type]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}


def check_schema(value: Node, schema: Json) -> Findings:
    """Yield a finding for each violation of ``schema`` in ``value``.

    Checks ``type``, ``enum``, ``required``, ``properties``, ``items`` and
    ``additionalProperties: false``. Ignores all other keywords, so the schema must not
    have any.
    """
    type_ = schema.get("type")
    if type_ and not value.is_a(_TYPES[type_]):
        yield from value.must_be(_TYPES[type_])
        return
    if "enum" in schema and value.value not in schema["enum"]:
        yield value.finding(f"one of {schema['enum']}")
    if type_ == "object":
        yield from _check_fields(value, schema)
    if type_ == "array" and "items" in schema:
        for element in value:
            yield from check_schema(element, schema["items"])


def _check_fields(value: Node, schema: Json) -> Findings:
    """Yield a finding for each missing, invalid or undeclared field of an object."""
    declared = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield value.finding(f"a field {name!r}", "missing")
    for name, field in value.fields():
        if name in declared:
            yield from check_schema(field, declared[name])
        elif schema.get("additionalProperties") is False:
            yield field.finding(f"no fields other than {', '.join(declared)}")
