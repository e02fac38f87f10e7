"""What the gateway promises under each contract document."""

from dataclasses import dataclass
from typing import Final

from conformance.reference.tokens import Style


@dataclass(frozen=True)
class Profile:
    """The few things that differ between the documents.

    ``done`` ends streams with ``[DONE]``; ``explicit`` writes optional members of
    echoed tools and formats as null where the client left them out.
    """

    name: str
    usage_style: Style
    efforts: tuple[str, ...]
    summaries: tuple[str, ...] | None
    done: bool = False
    explicit: bool = False


_EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh")
_SUMMARIES: Final = ("auto", "concise", "detailed")

PROFILES: Final = {
    profile.name: profile
    for profile in (
        Profile("newapi", "chat", ("low", "medium", "high"), None),
        Profile("openai", "responses", _EFFORTS, _SUMMARIES),
        Profile(
            "openresponses",
            "responses",
            tuple(effort for effort in _EFFORTS if effort != "minimal"),
            _SUMMARIES,
            done=True,
            explicit=True,
        ),
    )
}
