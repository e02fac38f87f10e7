"""The shape of a JSON value: what decides whether its types match a schema."""

from collections.abc import Hashable
from typing import Final

from conformance.model.node import Json

TAG: Final = "type"
"""The field that distinguishes the alternatives of a union."""


def shape(value: Json) -> Hashable:
    """Return a hashable value that is equal for JSON values of the same shape.

    Names of fields, types of values and tags count. Other strings and numbers do not,
    except that ``1.0`` is an integer in JSON Schema. Raises ``RecursionError`` for a
    very deeply nested value.
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
