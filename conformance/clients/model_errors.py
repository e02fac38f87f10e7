"""What of jsonschema's errors breaks a typed client: a wrong type, a missing member.

A value that no list of the schema has is passed over, and so is an object with a tag
that it does not know: APIs grow, and clients are written for that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, cast

from conformance.clients.json_shape import TAG
from conformance.model.node import Json

if TYPE_CHECKING:  # dear to import, and its errors come made
    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]

_UNIONS = frozenset({"anyOf", "oneOf"})
_TAGGED = frozenset({"const", "enum"})


@dataclass(frozen=True, slots=True)
class ModelError:
    """One place that does not fit: ``missing``, or of another type than ``wanted``."""

    path: Path
    wanted: str
    missing: bool = False

    @property
    def pointer(self) -> str:
        """Return the place as a JSON Pointer."""
        return "".join(f"/{step}" for step in self.path)

    @property
    def place(self) -> Path:
        """Return the place without its indices, equal for all elements of an array."""
        return tuple("*" if isinstance(step, int) else step for step in self.path)


def breaches(errors: "Iterable[ValidationError]") -> Iterator[ModelError]:
    """Yield what breaks a client; each missing member once."""
    told = set[Path]()
    for error in errors:
        path = tuple(error.absolute_path)
        if error.validator in _UNIONS:
            yield from _union(error)
        elif error.validator == "type":
            yield ModelError(path, _types(error))
        elif error.validator == "required" and path not in told:
            told.add(path)
            wanted, held = cast("list[str]", error.validator_value), error.instance
            for name in wanted:
                if name not in cast("dict[str, Json]", held):
                    yield ModelError((*path, name), "a value", missing=True)


def _types(error: "ValidationError") -> str:
    wanted = cast("str | list[str]", error.validator_value)
    return wanted if isinstance(wanted, str) else " or ".join(wanted)


def _branches(error: "ValidationError") -> "list[list[ValidationError]]":
    """Return the errors of each alternative; one that is not there would fit."""
    errors = sorted(error.context or (), key=lambda e: e.relative_schema_path[0])
    return [
        list(branch)
        for _, branch in groupby(errors, key=lambda e: e.relative_schema_path[0])
    ]


def _of_another_type(branch: "list[ValidationError]") -> bool:
    """Say whether an alternative is meant for values of another type altogether."""
    return any(
        error.validator == "type" or _fits_no_type(error)
        for error in branch
        if not error.relative_path
    )


def _fits_no_type(error: "ValidationError") -> bool:
    return error.validator in _UNIONS and all(map(_of_another_type, _branches(error)))


def _of_another_tag(branch: "list[ValidationError]") -> bool:
    return any(
        error.validator in _TAGGED and tuple(error.relative_path) == (TAG,)
        for error in branch
    )


def _union(error: "ValidationError") -> Iterator[ModelError]:
    """Read a union by the alternative that the value is meant for."""
    typed = [b for b in _branches(error) if not _of_another_type(b)]
    if not typed:
        path = tuple(error.absolute_path)
        yield ModelError(path, " or ".join(dict.fromkeys(_wanted(error))))
        return
    meant = [list(breaches(b)) for b in typed if not _of_another_tag(b)]
    yield from min(meant, key=len, default=[])


def _wanted(error: "ValidationError") -> Iterator[str]:
    """Yield the types that a union takes."""
    for each in error.context or ():
        if not each.relative_path and each.validator == "type":
            yield _types(each)
        elif not each.relative_path and each.validator in _UNIONS:
            yield from _wanted(each)
