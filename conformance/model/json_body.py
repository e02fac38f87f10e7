"""A body read as JSON, with what a lenient parser would have passed over."""

import json
from dataclasses import dataclass

from conformance.model.node import Json


@dataclass(frozen=True, slots=True)
class ParsedBody:
    """What became of a body.

    ``error`` is empty where it is one JSON value, which is then ``value``.
    ``repeated`` are names that stand twice in one object; ``constants`` are the
    ``NaN`` and ``Infinity`` in it, which JSON does not have.
    """

    value: Json = None
    error: str = ""
    repeated: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()


def parse_body(body: bytes) -> ParsedBody:
    """Read a whole body. Never raises, however deep or torn it is."""
    repeated, constants = list[str](), list[str]()

    def pairs(members: list[tuple[str, Json]]) -> dict[str, Json]:
        value = dict(members)
        if len(value) != len(members):
            names = [name for name, _ in members]
            repeated.extend(n for n in value if names.count(n) > 1)
        return value

    def constant(name: str) -> float:
        constants.append(name)
        return float(name)

    try:
        value = json.loads(body, object_pairs_hook=pairs, parse_constant=constant)
    except (ValueError, RecursionError) as error:
        return ParsedBody(error=str(error) or type(error).__name__)
    return ParsedBody(value, "", tuple(repeated), tuple(constants))
