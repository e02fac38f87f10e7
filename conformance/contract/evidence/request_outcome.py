"""Whether a server took a request, or turned it down."""

from typing import Final

from conformance.model.capabilities import names_capability
from conformance.model.check import Findings
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import Capability

_CALLERS: Final = frozenset({401, 403})
"""Statuses that speak of the caller, and not of what was asked."""


def expect_accepted(exchange: Exchange, wanted: str) -> Findings:
    """Yield a finding where a request was refused, or ended in a plain 500.

    Raises ``Inconclusive`` where there is neither an answer nor such a refusal: a
    gateway's 502 or 503 may pass, and what an answer is made of has its own clauses.
    """
    if exchange.kind is ResponseKind.CLIENT_ERROR or exchange.status == 500:
        yield exchange.finding("status", wanted, exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def expect_rejected(exchange: Exchange, wanted: str) -> Findings:
    """Yield a finding where a request was answered that had to be refused.

    Raises ``Inconclusive`` where it was neither answered nor refused, and where
    the refusal speaks of the caller.
    """
    if exchange.has_response:
        yield exchange.finding("status", wanted, str(exchange.status))
    elif exchange.kind is not ResponseKind.CLIENT_ERROR or exchange.status in _CALLERS:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def expect_rejection_to_name(
    exchange: Exchange, capability: Capability, *others: str
) -> Findings:
    """Yield a finding where a refusal names neither ``capability`` nor ``others``.

    Raises ``Inconclusive`` where there is neither an answer nor a refusal.
    """
    if exchange.kind is ResponseKind.CLIENT_ERROR and exchange.status not in _CALLERS:
        said = exchange.body[:65536].decode("utf-8", "replace").lower()
        if not names_capability(exchange, capability) and not any(
            word in said for word in others
        ):
            wanted = f"an answer, or a refusal that names what it lacks ({capability})"
            yield exchange.finding("status", wanted, exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
