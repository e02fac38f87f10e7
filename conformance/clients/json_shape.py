"""The shape of a JSON value: what decides whether its types match a schema."""

from collections.abc import Hashable
from typing import Final

from conformance.model.node import Json

TAG: Final = "type"
"""The field that distinguishes the alternatives of a union."""


def shape(value: Json) -> Hashable:
    """Return a hashable value that is equal for JSON values of the same shape.

    The shape contains names of fields, types of values and tags, but no other strings
    and no numbers. A number such as ``1.0`` has the shape of an integer, as in JSON
    Schema. Raises ``RecursionError`` for a very deeply nested value.
    """
    if isinstance(value, dict):
        return tuple(
            (name, field if name == TAG and isinstance(field, str) else shape(field))
            for name, field in sorted(value.items())
        )
    if isinstance(value, list):
        return ("[]", *map(shape, value))
    if isinstance(value, float) and value.is_integer():
        return "int"
    return type(value).__name__
