"""What the first probe for a capability shows: supported, unsupported or no answer."""

from dataclasses import dataclass
from typing import Final

from conformance.model.capabilities import names_capability
from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.probe import ProbeResult, flatten
from conformance.model.requirement import Capability
from conformance.model.verdict import Outcome

_ABOUT_THE_REQUEST: Final = frozenset({400, 413, 415, 422})
"""Statuses that reject the request itself, not the client, the path or the model."""


@dataclass(frozen=True)
class CapabilityStatus:
    """The result of the first probe for a capability.

    ``available`` is false if probes that need the capability are not to be evaluated.
    ``state`` is the word that reports show, ``evidence`` the reason for that state.

    ``server_error`` and ``access_denied`` are only set for ``CORE``. With
    ``server_error``, the first plain request got a 5xx; rejections can still be
    evaluated. With ``access_denied``, the server rejected the client, the path or the
    model, so no rejection is about the body of the request.
    """

    capability: Capability
    available: bool
    state: str
    evidence: str = ""
    server_error: bool = False
    access_denied: bool = False

    @property
    def outcome(self) -> Outcome:
        """Return the outcome of cases that need this capability if it is missing."""
        core = self.capability is Capability.CORE
        return Outcome.INCONCLUSIVE if core else Outcome.UNSUPPORTED


def capability_status(
    capability: Capability, turns: tuple[ProbeResult, ...]
) -> CapabilityStatus:
    """Return the status of a capability, given the turns of its first probe."""
    exchanges = flatten(turns)
    if not exchanges:
        return CapabilityStatus(capability, available=True, state="unknown")
    first, last = exchanges[0], exchanges[-1]
    if capability is Capability.CORE:
        return _core_status(first)
    for exchange in exchanges:
        if names_capability(exchange, capability):
            evidence = f"{exchange.id}: {exchange.summary}"
            return CapabilityStatus(
                capability, available=False, state="unsupported", evidence=evidence
            )
    state = "supported" if all(each.has_response for each in exchanges) else "unclear"
    return CapabilityStatus(
        capability, available=True, state=state, evidence=f"{last.id}: {last.kind}"
    )


def _core_status(first: Exchange) -> CapabilityStatus:
    """Return the status of ``CORE``, which every other probe depends on."""
    evidence = f"the first plain request ({first.id}): {first.summary}"
    if 300 <= first.status < 400:
        location = first.header("location")
        evidence += f", redirected to {location}: test that URL instead"
    elif first.kind not in {
        ResponseKind.CLIENT_ERROR,
        ResponseKind.NO_RESPONSE,
        ResponseKind.SERVER_ERROR,
    }:
        return CapabilityStatus(
            Capability.CORE, available=True, state="supported", evidence=evidence
        )
    rejected = first.kind is ResponseKind.CLIENT_ERROR
    return CapabilityStatus(
        Capability.CORE,
        available=False,
        state="no answer",
        evidence=evidence,
        server_error=first.kind is ResponseKind.SERVER_ERROR,
        access_denied=rejected and first.status not in _ABOUT_THE_REQUEST,
    )
