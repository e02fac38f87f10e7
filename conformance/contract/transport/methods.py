"""Transport: what other methods get, and a client that reads no compression."""

from conformance.contract.tokens import probes as token_probes
from conformance.contract.transport import probes
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive, ResponseKind
from conformance.model.node import quote
from conformance.model.requirement import must, should
from conformance.model.sources import RFC_HTTP

NO_WORK = must(
    "transport.other-method-creates-no-response",
    "No method but POST makes a response.",
    source=f"{RFC_HTTP}, section 9.2.1",
    cause="the route takes any method, so that a link or a prefetch costs tokens",
)


def _is_new_response(exchange: Exchange) -> bool:
    """Say whether a model has worked; a list of stored responses is none."""
    if exchange.kind is ResponseKind.STREAM:
        return any(event.type.startswith("response.") for event in exchange.events)
    if exchange.kind is not ResponseKind.RESPONSE:
        return False
    whole = exchange.json
    output = whole.get("output")
    return whole["object"].value == "response" if "object" in whole else bool(output)


@check(NO_WORK, on=probes.other_methods)
def other_method_creates_no_response(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge response objects and streams; says nothing unless a method was refused."""
    for exchange in exchanges:
        if _is_new_response(exchange):
            method = exchange.request.method
            yield exchange.finding("status", f"a refusal of {method}", "a response")
            return
    if not any(
        x.kind is ResponseKind.CLIENT_ERROR or x.status == 501 for x in exchanges
    ):
        raise Inconclusive("no other method was refused")


STANDS = should(
    "transport.other-method-causes-no-server-error",
    "No method is answered with a server error.",
    source=f"{RFC_HTTP}, section 15.5.6",
    cause="a method without a handler meets an exception",
    covers=("RV-01",),
)


@check(STANDS, on=probes.other_methods)
def other_method_causes_no_server_error(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge 5xx but 501, by which a server says that it does not know a method.

    A SHOULD, as no client of the API sends any; 503, 504 and 529 speak of load.
    """
    for exchange in exchanges:
        if exchange.status >= 500 and exchange.status not in {501, 503, 504, 529}:
            method = exchange.request.method
            yield exchange.finding("status", f"405 for {method}", exchange.summary)
    if not any(
        x.kind is ResponseKind.CLIENT_ERROR or x.status >= 500 for x in exchanges
    ):
        raise Inconclusive("no other method was refused")


IS_405 = should(
    "transport.other-method-is-405",
    "Another method than POST is refused with 405.",
    source=f"{RFC_HTTP}, section 15.5.6",
    cause="the router knows the path by its method only, and answers 404",
)


@check(IS_405, on=probes.other_methods)
def other_method_is_405(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge refusals: 405 or 501; a GET that lists responses is a route of its own."""
    refused = [x for x in exchanges if x.kind is ResponseKind.CLIENT_ERROR]
    if not refused:
        raise Inconclusive("no other method was refused")
    for exchange in refused:
        if exchange.status != 405:
            got = f"{exchange.status} for {exchange.request.method}"
            yield exchange.finding("status", "405", got)


ALLOW = should(
    "transport.405-lists-allowed-methods",
    "A 405 lists POST in Allow.",
    source=f"{RFC_HTTP}, section 10.2.1",
    cause="the refusal is written by hand, and the header forgotten",
)


@check(ALLOW, on=probes.other_methods)
def a_405_lists_allowed_methods(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge each 405; other statuses have no such duty."""
    refused = [x for x in exchanges if x.status == 405]
    if not refused:
        raise Inconclusive("no method was refused with 405")
    for exchange in refused:
        allowed = exchange.header("allow") or ""
        if "POST" not in [name.strip().upper() for name in allowed.split(",")]:
            got = quote(allowed) if allowed else "nothing"
            yield exchange.finding("header allow", "POST", got)


PLAIN = should(
    "transport.no-unrequested-compression",
    "A client that reads no compression gets none.",
    source=f"{RFC_HTTP}, section 12.5.3",
    cause="a proxy compresses whatever passes, or keeps one packed copy for all",
)


@check(PLAIN, on=token_probes.equivalent_inputs)
def no_unrequested_compression(exchanges: tuple[Exchange, ...]) -> Findings:
    """Judge the header of the answer to the first, which asks for no compression."""
    exchange = exchanges[0]
    encoding = (exchange.header("content-encoding") or "identity").strip().lower()
    if encoding != "identity":
        yield exchange.finding("header content-encoding", "none", quote(encoding))
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
