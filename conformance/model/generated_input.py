"""Names of generated requests, and the table of how the target reacted to them.

A generated input is named ``<scenario>-<path>-<digest>``. The probe that sends it has
the same name with the prefix ``generated-``, so an exchange shows what it tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from conformance.model.exchange import Exchange

PREFIX: Final = "generated-"
"""Prefix of the names of all probes that send a generated input."""

WHOLE_BODY: Final = "body"
"""The path of an input that tests several fields or the body itself."""


class Scenario(StrEnum):
    """What a generated input tests. The values are part of probe names."""

    VALID = "valid"
    """The body matches the OpenAPI document."""

    NULL = "null"
    """An optional field is ``null``, which New API's page does not mention."""

    UNSPECIFIED = "open"
    """The body violates only a decision of this project; a server may accept it."""

    MISSING = "missing"
    """A top-level field that New API's page requires is missing."""

    INCOMPLETE = "incomplete"
    """A required part of a field's value is missing."""

    WRONG_TYPE = "wrong-type"
    """A field has a value of the wrong type."""

    OUT_OF_ENUM = "out-of-enum"
    """A field has a string that its enum does not list."""


BROKEN: Final = (
    Scenario.MISSING,
    Scenario.INCOMPLETE,
    Scenario.WRONG_TYPE,
    Scenario.OUT_OF_ENUM,
)
"""The scenarios that a server must reject, most severe first."""

COLUMNS: Final = {
    "accepted when valid": Scenario.VALID,
    "null acts as absent": Scenario.NULL,
    "missing": Scenario.MISSING,
    "incomplete": Scenario.INCOMPLETE,
    "wrong type": Scenario.WRONG_TYPE,
    "out of enum": Scenario.OUT_OF_ENUM,
    "unspecified": Scenario.UNSPECIFIED,
}
"""Column headings of the table of fields, each with the scenario that it counts.

No column counts values out of range, because New API's page states no ranges.
"""


@dataclass(frozen=True, slots=True)
class GeneratedInput:
    """The parsed name of a generated input.

    ``path`` is the path of the tested field in the body, joined by dots. ``digest``
    distinguishes inputs that test the same field in the same way.
    """

    scenario: Scenario
    path: str
    digest: str

    @property
    def name(self) -> str:
        """Return the name. It is the same for the same input on every machine."""
        return f"{self.scenario}-{self.path}-{self.digest}"

    @property
    def field(self) -> str:
        """Return the top-level field that is tested, or ``WHOLE_BODY``."""
        return self.path.partition(".")[0]

    @property
    def must_be_rejected(self) -> bool:
        """Return whether a conforming server rejects the input, at no cost."""
        return self.scenario in BROKEN

    @classmethod
    def of(cls, probe: str) -> Self | None:
        """Parse the name of a probe; return ``None`` if it sends no generated input."""
        if not probe.startswith(PREFIX):
            return None
        name, _, digest = probe.removeprefix(PREFIX).rpartition("-")
        for scenario in Scenario:
            if name.startswith(f"{scenario}-"):
                return cls(scenario, name.removeprefix(f"{scenario}-"), digest)
        return None


class Reaction(StrEnum):
    """How a target reacted to an input. ``report.json`` contains the values."""

    ANSWERED = "answered"
    REJECTED = "refused"
    SERVER_ERROR = "server error"
    NO_RESPONSE = "no answer"
    OTHER = "something else"


def classify(exchange: Exchange) -> Reaction:
    """Return how the target reacted, by its status code."""
    match exchange.status // 100:
        case 2:
            return Reaction.ANSWERED
        case 4:
            return Reaction.REJECTED
        case 5:
            return Reaction.SERVER_ERROR
        case 0:
            return Reaction.NO_RESPONSE
        case _:
            return Reaction.OTHER


@dataclass(frozen=True)
class FieldRow:
    """One row of the table of fields.

    ``cells`` counts each reaction of the target to the inputs of one scenario that test
    ``field``.
    """

    field: str
    cells: Mapping[Scenario, Mapping[Reaction, int]]

    def cell(self, scenario: Scenario) -> str:
        """Return one cell as text, such as ``4 refused``; empty without inputs."""
        counts = self.cells.get(scenario, {})
        return ", ".join(f"{counts[r]} {r}" for r in Reaction if counts.get(r))
