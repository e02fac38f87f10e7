"""Find how a request violates the OpenAPI document, and in which field.

This module uses jsonschema, not schemathesis, so that the library that generates a
request does not decide whether the request is valid.
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

_REQUIRED_PARTS: Final = frozenset(
    {"role", "content", "type", "text", "name", "parameters"}
)
"""Required fields below the top level, where ``null`` is not the same as missing."""


@dataclass(frozen=True)
class Violation:
    """One violation of the document: its scenario, and the path to the value."""

    scenario: Scenario
    path: tuple[str | int, ...]

    @property
    def dotted_path(self) -> str:
        """Return the path joined by dots, ``WHOLE_BODY`` for the body itself."""
        return ".".join(map(str, self.path)) or WHOLE_BODY


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator({"$ref": "#/components/schemas/Request", **document()})


def _causes(error: ValidationError) -> Iterator[ValidationError]:
    """Yield the errors that explain why no branch of an ``anyOf`` or ``oneOf`` matches.

    If no branch allows the type of the value, that is one type error. Otherwise the
    errors of the closest branch are yielded.
    """
    branches: dict[object, list[ValidationError]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    if not branches:
        yield error
        return

    def rejects_type(errors: list[ValidationError]) -> bool:
        return any(e.validator == "type" and not e.relative_path for e in errors)

    of_same_type = [errors for errors in branches.values() if not rejects_type(errors)]
    if not of_same_type:
        yield branches[next(iter(branches))][0]
        return
    for inner in min(of_same_type, key=_distance):
        yield from _causes(inner)


def _distance(errors: list[ValidationError]) -> int:
    """Return the number of errors. A wrong constant, such as ``role``, counts as 2."""
    return sum(
        2 if e.validator in {"const", "enum"} and len(e.relative_path) == 1 else 1
        for e in errors
    )


def _scenario_of_missing(path: tuple[str | int, ...], name: str) -> Scenario:
    """Return the scenario if the object at ``path`` lacks a required field ``name``."""
    if not path:
        return Scenario.MISSING
    if path[0] == "tools" and (name == "parameters" or "parameters" in path):
        return Scenario.UNSPECIFIED
    return Scenario.INCOMPLETE


def _violations_in(error: ValidationError) -> Iterator[Violation]:
    """Yield the violation of an error; of ``required``, one for each missing field."""
    path = tuple(error.absolute_path)
    if error.validator == "required":
        names: Any = error.validator_value
        present: Any = error.instance
        for name in names:
            if name not in present:
                yield Violation(_scenario_of_missing(path, name), (*path, name))
        return
    yield Violation(_scenario_of_value(error, path), path)


def _scenario_of_value(error: ValidationError, path: tuple[str | int, ...]) -> Scenario:
    is_field = bool(path) and isinstance(path[-1], str)
    if path[:1] == ("tools",) and "parameters" in path[:-1]:
        return Scenario.UNSPECIFIED  # a tool's JSON Schema is read only by the model
    if error.instance is None and is_field and path != ("model",):
        return Scenario.UNSPECIFIED if path[-1] in _REQUIRED_PARTS else Scenario.NULL
    if error.validator in {"const", "enum"}:
        is_string = isinstance(error.instance, str)
        return Scenario.OUT_OF_ENUM if is_string else Scenario.WRONG_TYPE
    if error.validator == "type":
        return Scenario.WRONG_TYPE
    return Scenario.UNSPECIFIED  # a limit of this project, not of New API


def violations(body: Json) -> list[Violation]:
    """Return every violation of the request's schema, in the order of the document."""
    return [
        violation
        for error in _validator().iter_errors(body)
        for cause in _causes(error)
        for violation in _violations_in(cause)
    ]


_MOST_SEVERE_FIRST: Final = (*BROKEN, Scenario.NULL, Scenario.UNSPECIFIED)
"""The scenarios of all violations, in the order of severity."""


def most_severe(body: Json) -> Violation | None:
    """Return the most severe violation of a request, ``None`` if it is valid."""
    found = violations(body)
    return min(found, key=lambda v: _MOST_SEVERE_FIRST.index(v.scenario), default=None)
