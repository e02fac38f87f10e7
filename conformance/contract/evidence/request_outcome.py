"""Findings about whether a server accepted or rejected a request."""

from typing import Final

from conformance.model.capabilities import names_capability
from conformance.model.check import Findings
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.requirement import Capability

_AUTHENTICATION_STATUSES: Final = frozenset({401, 403})
"""Statuses that are about the API key of the client, not about the request."""


def expect_accepted(exchange: Exchange, expected: str) -> Findings:
    """Yield a finding if a request was rejected with a 4xx or failed with a 500.

    Raises ``Inconclusive`` if there is neither such an error nor a response object or
    stream: a gateway's 502 or 503 may be temporary. Does not check the content of the
    response.
    """
    if exchange.kind is ResponseKind.CLIENT_ERROR or exchange.status == 500:
        yield exchange.finding("status", expected, exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def expect_rejected(exchange: Exchange, expected: str) -> Findings:
    """Yield a finding if a request was answered although it had to be rejected.

    Raises ``Inconclusive`` if the request was neither answered nor rejected with a 4xx,
    and for 401 and 403, which are about the API key.
    """
    if exchange.has_response:
        yield exchange.finding("status", expected, str(exchange.status))
    elif (
        exchange.kind is not ResponseKind.CLIENT_ERROR
        or exchange.status in _AUTHENTICATION_STATUSES
    ):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


def expect_rejection_to_name(
    exchange: Exchange, capability: Capability, *others: str
) -> Findings:
    """Yield a finding if a 4xx names neither the capability nor any of ``others``.

    An answered request passes. Raises ``Inconclusive`` if there is neither a response
    nor a 4xx, and for 401 and 403, which are about the API key.
    """
    if (
        exchange.kind is ResponseKind.CLIENT_ERROR
        and exchange.status not in _AUTHENTICATION_STATUSES
    ):
        body = exchange.body[:65536].decode("utf-8", "replace").lower()
        if not names_capability(exchange, capability) and not any(
            name in body for name in others
        ):
            expected = f"a response, or a 4xx that names {capability}"
            yield exchange.finding("status", expected, exchange.summary)
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
