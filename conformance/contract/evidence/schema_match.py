"""Whether a JSON value fits a schema, for the few keywords that our probes use."""

from typing import Final

from conformance.model.check import Findings
from conformance.model.node import Json, Node

_KINDS: Final[dict[str, type]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
}


def misfits(value: Node, schema: Json) -> Findings:
    """Yield where ``value`` breaks ``type``, ``required``, ``enum`` or a member's own.

    ``additionalProperties: false`` is kept, too. Other keywords are not looked at,
    so this is for schemas that have none.
    """
    wanted = schema.get("type")
    if wanted and not value.is_a(_KINDS[wanted]):
        yield from value.must_be(_KINDS[wanted])
        return
    if "enum" in schema and value.value not in schema["enum"]:
        yield value.finding(f"one of {schema['enum']}")
    if wanted == "object":
        yield from _members(value, schema)
    if wanted == "array" and "items" in schema:
        for element in value:
            yield from misfits(element, schema["items"])


def _members(value: Node, schema: Json) -> Findings:
    declared = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield value.finding(f"an object with {name!r}")
    for name, member in value.fields():
        if name in declared:
            yield from misfits(member, declared[name])
        elif schema.get("additionalProperties") is False:
            yield member.finding(f"no other members than {', '.join(declared)}")
