"""Select the jsonschema errors that break a typed client: wrong types, missing fields.

An unknown enum value does not break a typed client, and neither does an object with an
unknown tag. APIs add such values over time, and typed clients accept them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from itertools import groupby
from typing import TYPE_CHECKING, cast

from conformance.clients.json_shape import TAG
from conformance.model.json_pointer import child
from conformance.model.node import Json

if TYPE_CHECKING:  # slow to import, and only needed for annotations
    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]
"""The names and indices that lead to a value."""

_UNIONS = frozenset({"anyOf", "oneOf"})
"""The keywords of JSON Schema that list the alternatives of a union."""

_TAG_KEYWORDS = frozenset({"const", "enum"})
"""The keywords of JSON Schema that list the allowed values of a tag."""


@dataclass(frozen=True, slots=True)
class ModelError:
    """A value that is ``missing``, or that does not have the type ``expected``."""

    path: Path
    expected: str
    missing: bool = False

    @property
    def pointer(self) -> str:
        """Return the path as a JSON Pointer."""
        return reduce(child, self.path, "")

    @property
    def generic_path(self) -> Path:
        """Return the path with ``*`` instead of array indices."""
        return tuple("*" if isinstance(step, int) else step for step in self.path)


def model_errors(errors: "Iterable[ValidationError]") -> Iterator[ModelError]:
    """Yield the errors that break a client, each missing field once."""
    with_missing_fields = set[Path]()
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator in _UNIONS:
            yield from _union_errors(error)
        elif error.validator == "type":
            yield ModelError(path, _type_names(error))
        elif error.validator == "required" and path not in with_missing_fields:
            with_missing_fields.add(path)
            required = cast("list[str]", error.validator_value)
            for name in required:
                if name not in cast("dict[str, Json]", error.instance):
                    yield ModelError((*path, name), "a value", missing=True)


def _type_names(error: "ValidationError") -> str:
    """Return the types that a ``type`` error allows, such as ``string or null``."""
    types = cast("str | list[str]", error.validator_value)
    return types if isinstance(types, str) else " or ".join(types)


def _branches(error: "ValidationError") -> "list[list[ValidationError]]":
    """Return one list for each alternative of a union: the errors of the alternative.

    No list is empty, because the value matches no alternative.
    """
    errors = sorted(error.context or (), key=lambda e: e.relative_schema_path[0])
    return [
        list(branch)
        for _, branch in groupby(errors, key=lambda e: e.relative_schema_path[0])
    ]


def _has_other_type(branch: "list[ValidationError]") -> bool:
    """Return whether an alternative is for values of a different type."""
    return any(
        error.validator == "type" or _matches_no_type(error)
        for error in branch
        if not error.relative_path
    )


def _matches_no_type(error: "ValidationError") -> bool:
    """Return whether every alternative of a nested union is for a different type."""
    return error.validator in _UNIONS and all(map(_has_other_type, _branches(error)))


def _has_other_tag(branch: "list[ValidationError]") -> bool:
    """Return whether an alternative is for objects with a different tag."""
    return any(
        error.validator in _TAG_KEYWORDS and tuple(error.relative_path) == (TAG,)
        for error in branch
    )


def _union_errors(error: "ValidationError") -> Iterator[ModelError]:
    """Yield the errors of the alternative that fits the value best.

    That is the one with the fewest errors, of those that have the type and the tag of
    the value.
    """
    of_same_type = [b for b in _branches(error) if not _has_other_type(b)]
    if not of_same_type:
        path = tuple(error.absolute_path)
        types = dict.fromkeys(_types_of_union(error))
        yield ModelError(path, " or ".join(types))
        return
    of_same_tag = [b for b in of_same_type if not _has_other_tag(b)]
    yield from min((list(model_errors(b)) for b in of_same_tag), key=len, default=[])


def _types_of_union(error: "ValidationError") -> Iterator[str]:
    """Yield the names of the types that a union allows."""
    for inner in error.context or ():
        if not inner.relative_path and inner.validator == "type":
            yield _type_names(inner)
        elif not inner.relative_path and inner.validator in _UNIONS:
            yield from _types_of_union(inner)
