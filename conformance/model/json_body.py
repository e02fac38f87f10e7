"""Parse a body as JSON, and report what a lenient parser would accept silently."""

import json
from dataclasses import dataclass

from conformance.model.node import Json


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """The result of parsing a body as JSON.

    ``error`` is empty if the body is one JSON value, which is then ``value``.
    ``repeated`` lists the names that one object has more than once. ``constants`` lists
    each ``NaN``, ``Infinity`` and ``-Infinity``, which are not JSON.
    """

    value: Json = None
    error: str = ""
    repeated: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()


def parse_body(body: bytes) -> ParsedBody:
    """Parse a body. Never raises, even if it is truncated or deeply nested."""
    repeated, constants = list[str](), list[str]()

    def to_object(members: list[tuple[str, Json]]) -> dict[str, Json]:
        value = dict(members)
        if len(value) != len(members):
            names = [name for name, _ in members]
            repeated.extend(n for n in value if names.count(n) > 1)
        return value

    def to_float(constant: str) -> float:
        constants.append(constant)
        return float(constant)

    try:
        value = json.loads(body, object_pairs_hook=to_object, parse_constant=to_float)
    except (ValueError, RecursionError) as error:
        return ParsedBody(error=str(error) or type(error).__name__)
    return ParsedBody(value, "", tuple(repeated), tuple(constants))
