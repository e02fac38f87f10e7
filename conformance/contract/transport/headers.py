"""Headers: charset, media type of errors, caching, date and compression."""

import re
from typing import Final

from conformance.contract.auth import probes
from conformance.contract.errors.probes import repeated_input_errors
from conformance.contract.probes import basic
from conformance.contract.tokens import probes as token_probes
from conformance.contract.transport.bodies import EVERY_TEXT_BODY
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, Inconclusive
from conformance.model.node import quote
from conformance.model.requirement import may, should
from conformance.model.scope import (
    EVERY_ERROR,
    EVERY_OBJECT_OR_STREAM,
    EVERY_RECOGNIZED_RESPONSE,
)
from conformance.model.sources import REPORTED_BUGS, RFC_HTTP, RFC_JSON

EXERCISED_BY: Final = (basic.text, probes.missing_key)
"""Probes that get a 2xx and a 4xx response from a conforming server."""

CHARSET = should(
    "transport.charset-is-utf-8",
    "`Content-Type` of a JSON body or event stream names no charset except UTF-8.",
    source=f"{RFC_JSON}, section 11",
    cause="the framework adds its default charset to every media type",
)

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)


@check(CHARSET, on=EVERY_TEXT_BODY, exercised_by=EXERCISED_BY)
def charset_is_utf_8(exchange: Exchange) -> Findings:
    """Check the `charset` parameter, in upper or lower case, with or without quotes.

    The parameter may be missing: JSON and event streams are UTF-8 without it. Does not
    check other media types.
    """
    media_type = exchange.header("content-type") or ""
    charset = _CHARSET.search(media_type)
    if charset and charset[1].lower() not in {"utf-8", "utf8"}:
        expected, got = "utf-8 or no charset", quote(media_type)
        yield exchange.finding("header content-type", expected, got)


NO_EVENT_STREAM = should(
    "transport.error-is-not-an-event-stream",
    "The media type of a 4xx or 5xx response is not `text/event-stream`.",
    source=REPORTED_BUGS,
    cause="the gateway sets the media type before the upstream accepts the request",
    covers=("HD-05",),
)


@check(
    NO_EVENT_STREAM,
    on=EVERY_ERROR,
    exercised_by=(probes.unknown_key_streamed, repeated_input_errors),
)
def error_is_not_an_event_stream(exchange: Exchange) -> Findings:
    """Check the media type of 4xx and 5xx, for requests with and without ``stream``.

    Does not check the response body.
    """
    if exchange.media_type == SSE_TYPE:
        expected = "a JSON media type"
        yield exchange.finding("header content-type", expected, quote(SSE_TYPE))


NOT_CACHED = may(
    "transport.response-forbids-shared-caching",
    "`Cache-Control` of a response contains `no-store`, `private` or `no-cache`.",
    source="RFC 9111 (HTTP Caching), section 5.2.2",
    cause="the gateway sends no `Cache-Control`, and a cache stores every response",
    covers=("HD-04", "HD-01"),
)

_NOT_CACHED: Final = re.compile(r"\b(?:no-store|private|no-cache)\b", re.IGNORECASE)


@check(NOT_CACHED, on=EVERY_OBJECT_OR_STREAM, exercised_by=basic.text)
def response_forbids_shared_caching(exchange: Exchange) -> Findings:
    """Check the header of response objects and streams.

    This is a MAY because few caches store the response to a POST. Does not check
    responses with an error status.
    """
    header = exchange.header("cache-control")
    if not _NOT_CACHED.search(header or ""):
        expected = "no-store, private or no-cache"
        got = quote(header) if header else "missing"
        yield exchange.finding("header cache-control", expected, got)


HAS_DATE = may(
    "transport.response-has-a-date",
    "A response with a status below 500 has a `Date` header.",
    source=f"{RFC_HTTP}, section 6.6.1",
    cause="the gateway writes the headers itself",
)


@check(HAS_DATE, on=EVERY_RECOGNIZED_RESPONSE, exercised_by=EXERCISED_BY)
def response_has_a_date(exchange: Exchange) -> Findings:
    """Check that the ``Date`` header is present.

    Does not check its value. Does not check 5xx responses: the RFC makes the header
    optional for them.
    """
    if exchange.status < 500 and not exchange.header("date"):
        yield exchange.finding("header date", "a date", "missing")


UNCOMPRESSED = should(
    "transport.no-unrequested-compression",
    "A request with `Accept-Encoding: identity` gets an uncompressed response.",
    source=f"{RFC_HTTP}, section 12.5.3",
    cause="a proxy compresses every response, or caches one compressed copy for all",
)


@check(UNCOMPRESSED, on=token_probes.equivalent_inputs)
def no_unrequested_compression(exchanges: tuple[Exchange, ...]) -> Findings:
    """Check ``Content-Encoding`` of the response to the first request of the probe.

    Only this request has ``Accept-Encoding: identity``. Does not check the response to
    the second one, which accepts compression.
    """
    exchange = exchanges[0]
    encoding = (exchange.header("content-encoding") or "identity").strip().lower()
    if encoding != "identity":
        expected = "identity or no header"
        yield exchange.finding("header content-encoding", expected, quote(encoding))
    elif not exchange.has_response:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
