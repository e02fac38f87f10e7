"""What generated inputs tell of each field of the request, as a table.

A generated input is named ``<scenario>-<place>-<digest>``, and the probe that sends
it ``generated-`` and that name; so whoever holds an exchange knows what it tried.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from conformance.model.exchange import Exchange

PREFIX: Final = "generated-"
"""Begins the name of every probe that sends a generated input."""

WHOLE_BODY: Final = "body"
"""Stands for a place where no single field is tried."""


class Scenario(StrEnum):
    """What is tried with a generated input."""

    VALID = "valid"
    """The document allows it."""

    NULL = "null"
    """An optional member is null, of which the page says nothing."""

    UNSPECIFIED = "open"
    """It breaks only what we decided ourselves, and a good server may take it."""

    MISSING = "missing"
    """A member is absent that the page requires."""

    INCOMPLETE = "incomplete"
    """A part of a member is absent, without which it says nothing."""

    WRONG_TYPE = "wrong-type"
    OUT_OF_ENUM = "out-of-enum"


BROKEN: Final = (
    Scenario.MISSING,
    Scenario.INCOMPLETE,
    Scenario.WRONG_TYPE,
    Scenario.OUT_OF_ENUM,
)
"""What a server has to refuse, gravest first."""

COLUMNS: Final = {
    "accepted when valid": Scenario.VALID,
    "null acts as absent": Scenario.NULL,
    "missing": Scenario.MISSING,
    "incomplete": Scenario.INCOMPLETE,
    "wrong type": Scenario.WRONG_TYPE,
    "out of enum": Scenario.OUT_OF_ENUM,
    "doubtful": Scenario.UNSPECIFIED,
}
"""The scenarios as a table heads them; the page states no ranges to leave."""


@dataclass(frozen=True, slots=True)
class GeneratedInput:
    """The name of a generated input: what it tries, where, and which one it is.

    ``place`` is the path of the member in the body, joined by dots.
    """

    scenario: Scenario
    path: str
    digest: str

    @property
    def name(self) -> str:
        """Return the name, the same for the same input on every machine."""
        return f"{self.scenario}-{self.path}-{self.digest}"

    @property
    def field(self) -> str:
        """Return the member of the body that is tried, or ``WHOLE_BODY``."""
        return self.path.partition(".")[0]

    @property
    def is_free(self) -> bool:
        """Say whether a server that keeps the contract refuses it."""
        return self.scenario in BROKEN

    @classmethod
    def of(cls, probe: str) -> Self | None:
        """Read the name of a probe; ``None`` when it sends no generated input."""
        if not probe.startswith(PREFIX):
            return None
        name, _, digest = probe.removeprefix(PREFIX).rpartition("-")
        for scenario in Scenario:
            if name.startswith(f"{scenario}-"):
                return cls(scenario, name.removeprefix(f"{scenario}-"), digest)
        return None


class Reaction(StrEnum):
    """What a target did with an input."""

    ANSWERED = "answered"
    REJECTED = "refused"
    SERVER_ERROR = "server error"
    NO_RESPONSE = "no answer"
    OTHER = "something else"


def classify(exchange: Exchange) -> Reaction:
    """Say what the target did."""
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
    """One field of the request: for each scenario, how often the target did what."""

    field: str
    cells: Mapping[Scenario, Mapping[Reaction, int]]

    def cell(self, scenario: Scenario) -> str:
        """Return one cell in words, empty where nothing was tried."""
        counts = self.cells.get(scenario, {})
        return ", ".join(f"{counts[d]} {d}" for d in Reaction if counts.get(d))
