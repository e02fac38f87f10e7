"""What is wrong with a request, in the terms of the field that is at fault.

jsonschema finds it, not schemathesis, so that the generator cannot vouch for itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from conformance.model.generated_input import BROKEN, WHOLE_BODY, Scenario
from conformance.model.node import Json
from conformance.property_based.document import document

_NEEDED: Final = frozenset({"role", "content", "type", "text", "name", "parameters"})
"""Parts of a member that are required: null in their place is no absent option."""


@dataclass(frozen=True)
class Violation:
    """One breach of the document: what kind it is, and the path to it."""

    scenario: Scenario
    path: tuple[str | int, ...]

    @property
    def place(self) -> str:
        """Return the path joined by dots, ``WHOLE_BODY`` for the body itself."""
        return ".".join(map(str, self.path)) or WHOLE_BODY


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator({"$ref": "#/components/schemas/Request", **document()})


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors below a choice that say what is wrong.

    Where no branch takes the type of the value, the value's own type is at fault;
    else the branch counts that comes nearest.
    """
    branches: dict[object, list[ValidationError]] = {}
    for below in error.context or ():
        branches.setdefault(below.schema_path[0], []).append(below)
    if not branches:
        yield error
        return

    def is_foreign(several: list[ValidationError]) -> bool:
        return any(e.validator == "type" and not e.relative_path for e in several)

    fitting = [several for several in branches.values() if not is_foreign(several)]
    if not fitting:
        yield branches[next(iter(branches))][0]
        return
    for below in min(fitting, key=_distance):
        yield from _causes(below)


def _distance(several: list[ValidationError]) -> int:
    """Prefer the branch whose constant members, such as a role, are right."""
    return sum(
        2 if e.validator in {"const", "enum"} and len(e.relative_path) == 1 else 1
        for e in several
    )


def _of_missing(path: tuple[str | int, ...], name: str) -> Scenario:
    if not path:
        return Scenario.MISSING
    if path[0] == "tools" and (name == "parameters" or "parameters" in path):
        return Scenario.UNSPECIFIED
    return Scenario.INCOMPLETE


def _read(error: ValidationError) -> Iterator[Violation]:
    path = tuple(error.absolute_path)
    if error.validator == "required":
        names: Any = error.validator_value
        there: Any = error.instance
        for name in names:
            if name not in there:
                yield Violation(_of_missing(path, name), (*path, name))
        return
    yield Violation(_of_value(error, path), path)


def _of_value(error: ValidationError, path: tuple[str | int, ...]) -> Scenario:
    member = bool(path) and isinstance(path[-1], str)
    if path[:1] == ("tools",) and "parameters" in path[:-1]:
        return Scenario.UNSPECIFIED  # what a JSON Schema holds is the model's to read
    if error.instance is None and member and path != ("model",):
        return Scenario.UNSPECIFIED if path[-1] in _NEEDED else Scenario.NULL
    if error.validator in {"const", "enum"}:
        typed = isinstance(error.instance, str)
        return Scenario.OUT_OF_ENUM if typed else Scenario.WRONG_TYPE
    if error.validator == "type":
        return Scenario.WRONG_TYPE
    return Scenario.UNSPECIFIED  # a bound that we set ourselves: the page has none


def violations(body: Json) -> list[Violation]:
    """Return every breach of the request's schema, in the order of the document."""
    return [
        violation
        for error in _validator().iter_errors(body)
        for cause in _causes(error)
        for violation in _read(cause)
    ]


_GRAVEST: Final = (*BROKEN, Scenario.NULL, Scenario.UNSPECIFIED)


def most_severe(body: Json) -> Violation | None:
    """Return the breach by which a request is judged, ``None`` when it is valid."""
    found = violations(body)
    return min(found, key=lambda v: _GRAVEST.index(v.scenario), default=None)
