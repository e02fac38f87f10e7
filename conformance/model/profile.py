"""Profiles: the variants of the API that a target can be tested against."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from conformance.errors import UnknownName
from conformance.model.requirement import Requirement


@dataclass(frozen=True)
class Profile:
    """One variant of the API.

    ``text`` names the document that describes it. ``statuses`` contains the values that
    ``status`` of a response object may have.
    """

    name: str
    text: str
    statuses: AbstractSet[str]

    def includes(self, requirement: Requirement) -> bool:
        """Return whether ``requirement`` applies in this profile."""
        return requirement.applies_in(self.name)


_COMMON_STATUSES = frozenset({"completed", "failed", "in_progress", "incomplete"})

NEWAPI = Profile("newapi", "New API's Responses page", _COMMON_STATUSES)
OPENAI = Profile(
    "openai", "OpenAI's Responses API", _COMMON_STATUSES | {"queued", "cancelled"}
)
OPENRESPONSES = Profile(
    "openresponses",
    "the Open Responses specification",
    _COMMON_STATUSES | {"queued", "cancelled"},
)

PROFILES = {profile.name: profile for profile in (NEWAPI, OPENAI, OPENRESPONSES)}


def profile_named(name: str) -> Profile:
    """Return a profile by its name; raises ``UnknownName`` with the closest name."""
    if name not in PROFILES:
        raise UnknownName.of("profile", name, PROFILES)
    return PROFILES[name]
