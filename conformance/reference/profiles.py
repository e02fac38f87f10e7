"""Differences in the gateway's behavior between the contract profiles."""

from dataclasses import dataclass
from typing import Final

from conformance.reference.tokens import Style


@dataclass(frozen=True)
class Profile:
    """The behavior that differs between profiles.

    ``usage_style`` selects the field names of ``usage``. ``efforts`` and ``summaries``
    are the accepted values of ``reasoning.effort`` and ``reasoning.summary``. If
    ``summaries`` is None, any string is accepted. If ``done`` is true, streams end with
    ``[DONE]``. If ``explicit_nulls`` is true, echoed tools and formats contain the
    optional fields that the request does not set, as ``null``.
    """

    name: str
    usage_style: Style
    efforts: tuple[str, ...]
    summaries: tuple[str, ...] | None
    done: bool = False
    explicit_nulls: bool = False


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
            explicit_nulls=True,
        ),
    )
}
