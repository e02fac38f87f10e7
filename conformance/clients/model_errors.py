"""Select the jsonschema errors that break a typed client: wrong types, missing fields.

An unknown enum value is not an error here, and neither is an object with an unknown
tag: APIs add values over time, and typed clients accept them.
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

_UNIONS = frozenset({"anyOf", "oneOf"})
_TAGGED = frozenset({"const", "enum"})


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
    with_missing = set[Path]()
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator in _UNIONS:
            yield from _union_errors(error)
        elif error.validator == "type":
            yield ModelError(path, _type_names(error))
        elif error.validator == "required" and path not in with_missing:
            with_missing.add(path)
            required = cast("list[str]", error.validator_value)
            for name in required:
                if name not in cast("dict[str, Json]", error.instance):
                    yield ModelError((*path, name), "a value", missing=True)


def _type_names(error: "ValidationError") -> str:
    types = cast("str | list[str]", error.validator_value)
    return types if isinstance(types, str) else " or ".join(types)


def _branches(error: "ValidationError") -> "list[list[ValidationError]]":
    """Return the errors of each alternative of a union; all have at least one."""
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
    return error.validator in _UNIONS and all(map(_has_other_type, _branches(error)))


def _has_other_tag(branch: "list[ValidationError]") -> bool:
    return any(
        error.validator in _TAGGED and tuple(error.relative_path) == (TAG,)
        for error in branch
    )


def _union_errors(error: "ValidationError") -> Iterator[ModelError]:
    """Yield the errors of the alternative that the value is meant for."""
    typed = [branch for branch in _branches(error) if not _has_other_type(branch)]
    if not typed:
        path = tuple(error.absolute_path)
        types = dict.fromkeys(_types_of_union(error))
        yield ModelError(path, " or ".join(types))
        return
    tagged = [list(model_errors(b)) for b in typed if not _has_other_tag(b)]
    yield from min(tagged, key=len, default=[])


def _types_of_union(error: "ValidationError") -> Iterator[str]:
    """Yield the names of the types that a union allows."""
    for inner in error.context or ():
        if not inner.relative_path and inner.validator == "type":
            yield _type_names(inner)
        elif not inner.relative_path and inner.validator in _UNIONS:
            yield from _types_of_union(inner)
