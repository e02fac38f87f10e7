"""Responses: every request gets one, and it is not a redirect.

A 2xx response that is neither a response object nor a stream violates a requirement of
the section ``responses``. The checks here are inconclusive for such a response.
"""

from typing import Final

from conformance.contract.auth import probes
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import (
    Exchange,
    FailureKind,
    Inconclusive,
    ResponseKind,
)
from conformance.model.node import quote
from conformance.model.requirement import must
from conformance.model.scope import EVERY_REQUEST
from conformance.model.sources import REPORTED_BUGS, RFC_HTTP

EXERCISED_BY: Final = (basic.text, probes.missing_key)
"""Probes that get a 2xx and a 4xx response from a conforming server."""

LARGE_BODY: Final = 1 << 18
"""Size in bytes above which some servers reject a request body without reading it."""


def require_recognized_response(exchange: Exchange) -> None:
    """Raise ``Inconclusive`` for an unrecognized response, and for some failures.

    These failures are timeouts, failed connections, and requests that HTTP cannot
    express.
    """
    if exchange.failure and exchange.failure.kind in {
        FailureKind.TIMEOUT,
        FailureKind.CONNECT,
        FailureKind.UNSENT,
    }:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    if exchange.kind is ResponseKind.UNRECOGNIZED and not exchange.failure:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


RESPONDS = must(
    "transport.every-request-gets-a-response",
    "Every request gets an HTTP response.",
    source=RFC_HTTP,
    cause="a worker crashes on the request and closes the connection",
)


@check(RESPONDS, on=EVERY_REQUEST, exercised_by=EXERCISED_BY)
def every_request_gets_a_response(exchange: Exchange) -> Findings:
    """Report connections that close, or return non-HTTP data, before a status line.

    The client sends a request twice before it records that the connection was closed.
    Does not report timeouts and failed connections. Does not report a connection that
    closes while the client sends a body of more than 256 KiB: the server may have sent
    an error response before it read the whole body, and that response can be lost.
    """
    require_recognized_response(exchange)
    if not exchange.status and len(exchange.request.content) > LARGE_BODY:
        reason = f"{exchange.failure}; the request body was large"
        raise Inconclusive(f"{exchange.id}: {reason}")
    if not exchange.status:
        yield exchange.finding("status", "an HTTP response", str(exchange.failure))


NO_REDIRECT = must(
    "transport.no-redirect",
    "No response has a 3xx status.",
    source=REPORTED_BUGS,
    cause="a proxy redirects to a login page or to another host",
)


@check(NO_REDIRECT, on=EVERY_REQUEST, exercised_by=EXERCISED_BY)
def no_redirect(exchange: Exchange) -> Findings:
    """Report every 3xx response.

    Some clients follow a redirect without the request body, or send the key to another
    host. Does not check the target: the suite follows no redirect, so that it sends the
    key only to the configured origin.
    """
    if 300 <= exchange.status < 400:
        location = exchange.header("location")
        to = f"to {quote(location)}" if location else "without Location"
        yield exchange.finding("status", "2xx or 4xx", f"{exchange.status} {to}")
    elif exchange.status:
        require_recognized_response(exchange)
    else:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
