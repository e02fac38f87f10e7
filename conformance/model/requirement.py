"""What the contract asks: one clause, its force, and where it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Final


class Level(StrEnum):
    """The force of a clause."""

    MUST = "MUST"
    """Its breach breaks clients, bills wrongly, or lets somebody in."""

    SHOULD = "SHOULD"
    """Good practice that a careful server keeps."""

    MAY = "MAY"
    """For information."""


class Capability(StrEnum):
    """Something that a server may lack without being broken, if it says so."""

    CORE = "core"
    STREAMING = "streaming"
    TOOLS = "tools"
    REASONING = "reasoning"
    STATE = "state"
    STRUCTURED = "structured"
    IMAGES = "images"
    SDK = "sdk"


FIRST_CATALOGUE: Final = "2026-11-22"
"""The date of the first catalogue."""

CATALOGUE: Final = "2026-11-22"
"""The date of this catalogue: the newest ``since`` in it."""

LEVELS_IF_MODELS_REQUIRE: Final = {"openai": Level.MUST, "openresponses": Level.MUST}
"""Levels of what New API's page leaves open, and the other profiles' models demand."""

LEVELS_IF_NEWAPI_REQUIRES: Final = {"openai": Level.SHOULD, "openresponses": Level.MAY}
"""Levels of the model, which New API's page alone requires.

The official client need not name one, and Open Responses lets it be null.
"""


@dataclass(frozen=True)
class Requirement:
    """One clause of the contract.

    ``id`` is ``<section>.<slug>`` and permanent: reports and baselines address a
    clause by it. ``text`` says the clause in one sentence; ``source`` names the
    document and the place in it. ``levels`` gives another level in a profile.
    ``profiles`` names the profiles that hold the clause; empty means all.
    ``since`` is the date of the catalogue that first had it. ``cause`` says what
    in a gateway is likely to break it, and ``covers`` names the kinds of known
    defects that it catches.
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
        """Return the section of the contract, the first part of the id."""
        return self.id.partition(".")[0]

    def level_in(self, profile: str) -> Level:
        """Return the level of the clause in ``profile``."""
        return self.levels.get(profile, self.level)

    def applies_in(self, profile: str) -> bool:
        """Say whether ``profile`` has the clause at all."""
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
    """State a clause; see ``Requirement`` for what each part means."""
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
    """A clause that no exchange can show, and why."""

    requirement: Requirement
    because: str
