"""Validate a JSON value in a response against a JSON Schema of the request."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from conformance.model.check import Findings, OptionalDependency
from conformance.model.node import MISSING, Finding, Json, Node, quote

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_EXPECTED_BY_TYPE: Final = {
    "object": "an object",
    "array": "an array",
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "null": "null",
}


def _load(_profile: str) -> None:
    import jsonschema  # noqa: F401, PLC0415 -- slow


VALIDATOR: Final = OptionalDependency(str, _load)
"""jsonschema, which is always installed but slow to import."""


def check_schema(value: Node, schema: Json) -> Findings:
    """Yield a finding for each violation of ``schema`` in ``value``, outermost first.

    If a value has the wrong type, its other violations are not reported. As in JSON
    Schema, ``2.0`` is an integer.
    """
    from jsonschema import Draft202012Validator  # noqa: PLC0415 -- slow

    errors = list(Draft202012Validator(schema).iter_errors(value.value))
    mistyped = {tuple(e.absolute_path) for e in errors if e.validator == "type"}
    found = dict[Finding, None]()
    for error in sorted(errors, key=lambda e: len(e.absolute_path)):
        if error.validator == "type" or tuple(error.absolute_path) not in mistyped:
            # jsonschema reports each missing field in an error of its own, without
            # its name, so the same findings may occur more than once.
            found |= dict.fromkeys(_findings(_node_at(value, error), error))
    yield from found


def _node_at(value: Node, error: "ValidationError") -> Node:
    """Return the node in ``value`` that an error is about."""
    node = value
    for step in error.absolute_path:
        node = _child(node, step)
    return node


def _child(node: Node, step: str | int) -> Node:
    """Return a field or an element, with its name escaped as in RFC 6901."""
    name = str(step).replace("~", "~0").replace("/", "~1")
    return Node(node.value[step], f"{node.pointer}/{name}", node.exchange)


def _findings(value: Node, error: "ValidationError") -> Iterator[Finding]:
    """Yield the findings of one error, which is about ``value``."""
    keyword_value: Any = error.validator_value
    match error.validator:
        case "type":
            types = (
                keyword_value if isinstance(keyword_value, list) else [keyword_value]
            )
            yield value.finding(" or ".join(_EXPECTED_BY_TYPE[name] for name in types))
        case "enum":
            yield value.finding(f"one of {keyword_value}")
        case "required":
            for name in keyword_value:
                if name not in value:
                    yield value.finding(f"a field {name!r}", MISSING)
        case "additionalProperties" if keyword_value is False:
            schema: Any = error.schema
            declared = schema.get("properties", {})
            for name in value.value:
                if name not in declared:
                    expected = f"no fields other than {', '.join(declared)}"
                    yield _child(value, name).finding(expected)
        case keyword:
            yield value.finding(
                f"a value that matches {quote({keyword: keyword_value})}"
            )
