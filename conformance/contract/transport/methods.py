"""Methods: what GET, HEAD, PUT, PATCH and DELETE of the endpoint return."""

from conformance.contract.transport import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import quote
from conformance.model.requirement import must, should
from conformance.model.sources import RFC_HTTP

CREATES_NOTHING = must(
    "transport.other-method-creates-no-response",
    "A request with a method other than `POST` gets no new response object and no "
    "stream.",
    source=f"{RFC_HTTP}, section 9.2.1",
    cause="the route accepts any method, so a link preview or a prefetch costs tokens",
)


def _is_new_response(exchange: Exchange) -> bool:
    """Return whether a response is a new response object, or a stream with events.

    A GET may return a list of stored responses, which is not new.
    """
    if exchange.kind is ResponseKind.STREAM:
        return any(event.type.startswith("response.") for event in exchange.events)
    if exchange.kind is not ResponseKind.RESPONSE:
        return False
    body = exchange.json
    output = body.get("output")
    return body["object"].value == "response" if "object" in body else bool(output)


@check(CREATES_NOTHING, on=probes.other_methods)
def other_method_creates_no_response(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check for response objects and streams with response events.

    Does not check a list of responses. The result is inconclusive if no method is
    rejected with a 4xx or 501.
    """
    for exchange in exchanges:
        if _is_new_response(exchange):
            expected = f"no response object or stream for {exchange.request.method}"
            yield exchange.finding("status", expected, "a response")
            return
    if not any(
        exchange.kind is ResponseKind.CLIENT_ERROR or exchange.status == 501
        for exchange in exchanges
    ):
        raise Inconclusive("no other method was rejected")


NO_SERVER_ERROR = should(
    "transport.other-method-causes-no-server-error",
    "A request with a method other than `POST` gets no 5xx response, except 501, 503, "
    "504 or 529.",
    source=f"{RFC_HTTP}, section 15.5.6",
    cause="a method without a handler raises an exception",
    covers=("RV-01",),
)


@check(NO_SERVER_ERROR, on=probes.other_methods)
def other_method_causes_no_server_error(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check that the status of the response to each method is below 500.

    This is a SHOULD because no client of the API sends methods other than ``POST``.
    Does not report 501 (not implemented), 503 (unavailable), 504 (timeout) and 529
    (overloaded).
    """
    for exchange in exchanges:
        if exchange.status >= 500 and exchange.status not in {501, 503, 504, 529}:
            method = exchange.request.method
            yield exchange.finding("status", f"405 for {method}", exchange.summary)
    if not any(
        exchange.kind is ResponseKind.CLIENT_ERROR or exchange.status >= 500
        for exchange in exchanges
    ):
        raise Inconclusive("no other method was rejected")


IS_405 = should(
    "transport.other-method-is-405",
    "A 4xx response to a method other than `POST` has status 405.",
    source=f"{RFC_HTTP}, section 15.5.6",
    cause="the router matches path and method together, and returns 404",
)


@check(IS_405, on=probes.other_methods)
def other_method_is_405(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check that each 4xx status is 405.

    Does not check a 501 response, nor a 2xx response to a GET, which may list stored
    responses.
    """
    rejections = [
        exchange for exchange in exchanges if exchange.kind is ResponseKind.CLIENT_ERROR
    ]
    if not rejections:
        raise Inconclusive("no other method was rejected")
    for exchange in rejections:
        if exchange.status != 405:
            got = f"{exchange.status} for {exchange.request.method}"
            yield exchange.finding("status", "405", got)


ALLOW = should(
    "transport.405-lists-allowed-methods",
    "A 405 response lists `POST` in its `Allow` header.",
    source=f"{RFC_HTTP}, section 10.2.1",
    cause="the error handler does not set the header",
)


@check(ALLOW, on=probes.other_methods)
def a_405_lists_allowed_methods(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check that ``Allow`` of each 405 lists ``POST``, in upper or lower case.

    Does not check which other methods the header lists.
    """
    rejections = [exchange for exchange in exchanges if exchange.status == 405]
    if not rejections:
        raise Inconclusive("no method was rejected with 405")
    for exchange in rejections:
        allowed = exchange.header("allow") or ""
        if "POST" not in [name.strip().upper() for name in allowed.split(",")]:
            got = quote(allowed) if allowed else "missing"
            yield exchange.finding("header allow", "POST", got)
