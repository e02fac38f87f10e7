"""The shape of a JSON value: all that decides whether its types fit a schema."""

from collections.abc import Hashable
from typing import Final

from conformance.model.node import Json

TAG: Final = "type"
"""The member by which the alternatives of a union are told apart."""


def shape(value: Json) -> Hashable:
    """Return a value that is equal for two JSON values of the same shape.

    Members, types and tags count; texts and numbers do not, but that JSON Schema
    takes ``1.0`` for an integer. Raises ``RecursionError`` for a very deep value.
    """
    if isinstance(value, dict):
        return tuple(
            (name, held if name == TAG and isinstance(held, str) else shape(held))
            for name, held in sorted(value.items())
        )
    if isinstance(value, list):
        return ("[]", *map(shape, value))
    if isinstance(value, float) and value.is_integer():
        return "int"
    return type(value).__name__
