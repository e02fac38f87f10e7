"""Requirements: one rule of the contract, its level and its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final


class Level(StrEnum):
    """How strict a requirement is. Only a failed MUST makes a server non-conformant."""

    MUST = "MUST"
    """A violation breaks clients, bills incorrectly or bypasses authentication."""

    SHOULD = "SHOULD"
    """Good practice: a violation is reported, but does not fail the run."""

    MAY = "MAY"
    """For information only."""


class Capability(StrEnum):
    """A feature that a server may lack.

    The server must then reject requests that use the feature, with an error that names
    the feature.
    """

    CORE = "core"
    STREAMING = "streaming"
    TOOLS = "tools"
    REASONING = "reasoning"
    STATE = "state"
    STRUCTURED = "structured"
    IMAGES = "images"
    SDK = "sdk"


FIRST_CATALOGUE: Final = "2026-11-22"
"""The date of the first catalogue. A catalogue is the list of all requirements."""

CATALOGUE: Final = "2026-11-22"
"""The date of this catalogue: the newest ``since`` in it."""

LEVELS_IF_MODELS_REQUIRE: Final = {"openai": Level.MUST, "openresponses": Level.MUST}
"""Levels, by profile, of a rule that the published models of the profile require.

New API's page does not state the rule.
"""

LEVELS_IF_NEWAPI_REQUIRES: Final = {"openai": Level.SHOULD, "openresponses": Level.MAY}
"""Levels, by profile, of the rule that a request needs ``model``.

Only New API's page requires ``model``. The official client may omit the field, and in
Open Responses it may be ``null``.
"""


@dataclass(frozen=True)
class Requirement:
    """One rule of the contract.

    ``id`` is ``<section>.<slug>`` and permanent: reports and baselines refer to it.
    ``text`` states the rule in one sentence. ``source`` names a document and a location
    in it. ``needs`` is the capability that the rule is about. ``levels`` maps names of
    profiles to the level that replaces ``level`` there. ``profiles`` lists the profiles
    that have the requirement; empty means all. ``since`` is the date of the first
    catalogue that contains the requirement. ``cause`` is the likely cause of a failure
    in a gateway. ``covers`` lists the ids of the known defects that the requirement
    detects.
    """

    id: str
    level: Level
    text: str
    source: str
    needs: Capability = Capability.CORE
    since: str = FIRST_CATALOGUE
    profiles: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = field(default_factory=dict)
    cause: str = ""
    covers: tuple[str, ...] = ()

    @property
    def section(self) -> str:
        """Return the section of the contract: the part of the id before the dot."""
        return self.id.partition(".")[0]

    def level_in(self, profile: str) -> Level:
        """Return the level in ``profile``."""
        return self.levels.get(profile, self.level)

    def applies_in(self, profile: str) -> bool:
        """Return whether ``profile`` has this requirement."""
        return not self.profiles or profile in self.profiles


def _requirement(
    level: Level,
    id_: str,
    text: str,
    *,
    source: str,
    needs: Capability = Capability.CORE,
    since: str = FIRST_CATALOGUE,
    profiles: frozenset[str] | set[str] = frozenset(),
    levels: Mapping[str, Level] | None = None,
    cause: str = "",
    covers: tuple[str, ...] = (),
) -> Requirement:
    """Return a requirement; see ``Requirement`` for the meaning of each parameter."""
    return Requirement(
        id_,
        level,
        text,
        source,
        needs,
        since,
        frozenset(profiles),
        levels or {},
        cause,
        covers,
    )


must = partial(_requirement, Level.MUST)
should = partial(_requirement, Level.SHOULD)
may = partial(_requirement, Level.MAY)


@dataclass(frozen=True)
class Untested:
    """A requirement that no exchange can verify; ``because`` is the reason."""

    requirement: Requirement
    because: str
