"""Transport: HTTP as its standards have it, for what no other section speaks of.

That a success is a response object, and has its media type, is judged there; what
here passes for judged is an answer that some clause of the contract knows.
"""

import json
import re
from typing import Final

from conformance.contract.auth import probes
from conformance.contract.errors.probes import repeated_input_errors
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.exchange import (
    SSE_TYPE,
    Exchange,
    FailureKind,
    Inconclusive,
    ResponseKind,
)
from conformance.model.node import quote
from conformance.model.requirement import Untested, may, must, should
from conformance.model.scope import (
    EVERY_ANSWERED_REQUEST,
    EVERY_ATTEMPT,
    EVERY_ERROR,
    EVERY_EXCHANGE,
    only,
)
from conformance.model.sources import REPORTED_BUGS, RFC_HTTP, RFC_JSON

SHOWN: Final = (basic.text, probes.missing_key)

LARGE: Final = 1 << 18
"""Bytes of a body that some servers refuse by its length, without reading it."""


def sound(exchange: Exchange) -> None:
    """Raise ``Inconclusive`` for what no clause knows, and for our own time limits."""
    if exchange.failure and exchange.failure.kind in {
        FailureKind.TIMEOUT,
        FailureKind.CONNECT,
        FailureKind.UNSENT,
    }:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    if exchange.kind is ResponseKind.UNRECOGNIZED and not exchange.failure:
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")


ANSWERED = must(
    "transport.every-request-gets-a-response",
    "Every request is answered in HTTP.",
    source=RFC_HTTP,
    cause="a worker dies on the request, and its connection with it",
)


@check(ANSWERED, on=EVERY_ATTEMPT, exercised_by=SHOWN)
def every_request_gets_a_response(exchange: Exchange) -> Findings:
    """Judge a connection closed, or spoken on in another tongue, before a status.

    A closed connection is tried twice. Silence until our own time is up, and no
    connection at all, say nothing of the server. Nor does the end of one that was
    not done with a large body: closing it early takes a refusal along unread.
    """
    sound(exchange)
    if not exchange.status and len(exchange.request.content) > LARGE:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}; the body was large")
    if not exchange.status:
        yield exchange.finding("status", "an answer", str(exchange.failure))


WHOLE = must(
    "transport.body-is-complete",
    "A body is as long as its framing says.",
    source=f"{RFC_HTTP}, section 8.6",
    cause="the length was counted before the body was rewritten, or a relay broke off",
    covers=("SE-19", "SE-35"),
)


@check(WHOLE, on=EVERY_ATTEMPT, exercised_by=SHOWN)
def body_is_complete(exchange: Exchange) -> Findings:
    """Judge bodies that end before their content-length, or before the last chunk.

    What a server sends beyond its content-length no client ever sees.
    """
    sound(exchange)
    if not exchange.status:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    if exchange.failure and exchange.failure.kind in {
        FailureKind.TRUNCATED,
        FailureKind.PROTOCOL,
    }:
        got = f"{exchange.wire_bytes} bytes, then {exchange.failure}"
        yield exchange.finding("", "the whole body", got)


ENDS = must(
    "transport.body-is-finite",
    "A body comes to an end.",
    source=REPORTED_BUGS,
    cause="a loop writes without end, or a small answer unpacks to a giant",
    covers=("RV-03",),
)


@check(ENDS, on=EVERY_ATTEMPT, exercised_by=SHOWN)
def body_is_finite(exchange: Exchange) -> Findings:
    """Judge bodies that pass our cap of bytes; a slow one meets our time limit."""
    sound(exchange)
    if not exchange.status:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    if exchange.failure and exchange.failure.kind is FailureKind.TOO_LARGE:
        yield exchange.finding("", "an end", str(exchange.failure))


DECODES = must(
    "transport.body-matches-content-encoding",
    "A body decodes by the content encoding that it names.",
    source=f"{RFC_HTTP}, section 8.4",
    cause="the upstream's content-encoding is relayed with a body already unpacked",
)


@check(DECODES, on=EVERY_ATTEMPT, exercised_by=SHOWN)
def body_matches_content_encoding(exchange: Exchange) -> Findings:
    """Judge gzip and deflate; any other was not asked for, and is a breach as well."""
    sound(exchange)
    if not exchange.status:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")
    if exchange.failure and exchange.failure.kind is FailureKind.ENCODING:
        named = exchange.header("content-encoding") or ""
        got = f"{quote(named)}: {exchange.failure}"
        yield exchange.finding("header content-encoding", "what was asked for", got)


TEXTUAL: Final = ("json", SSE_TYPE)

EVERY_TEXT = only(
    EVERY_EXCHANGE,
    "every JSON text or stream",
    lambda x: x.media_type.endswith(TEXTUAL) and not x.failure,
)
"""Whole bodies that are in UTF-8 by their media type."""

UTF_8 = must(
    "transport.body-is-utf-8",
    "A body is UTF-8 throughout.",
    source=f"{RFC_JSON}, section 8.1",
    cause="a text is cut into pieces by bytes, or encoded by the system's locale",
    covers=("SE-32",),
)


@check(UTF_8, on=EVERY_TEXT, exercised_by=SHOWN)
def body_is_utf_8(exchange: Exchange) -> Findings:
    """Judge JSON and event streams, unless we hung up in the middle."""
    if exchange.request.disconnect_after is not None:
        raise Inconclusive(f"{exchange.id}: we hung up")
    try:
        exchange.body.decode("utf-8")
    except UnicodeDecodeError as error:
        bad = exchange.body[error.start : error.start + 8]
        got = f"{bad!r} at byte {error.start}"
        yield exchange.finding("", "UTF-8", got)


CHARSET = should(
    "transport.charset-is-utf-8",
    "A media type names no charset but UTF-8.",
    source=f"{RFC_JSON}, section 11",
    cause="the framework adds its default charset to every media type",
)

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]*)", re.IGNORECASE)


@check(CHARSET, on=EVERY_TEXT, exercised_by=SHOWN)
def charset_is_utf_8(exchange: Exchange) -> Findings:
    """Judge JSON and event streams; naming no charset is best of all."""
    said = exchange.header("content-type") or ""
    named = _CHARSET.search(said)
    if named and named[1].lower() not in {"utf-8", "utf8"}:
        yield exchange.finding("header content-type", "utf-8, or none", quote(said))


NOTHING_BEHIND = must(
    "transport.json-body-has-one-value",
    "A JSON body holds one value.",
    source=f"{RFC_JSON}, section 2",
    cause="a second answer, or an error, is written behind the first",
    covers=("SE-22",),
)

EVERY_JSON = only(
    EVERY_ATTEMPT,
    "every JSON body",
    lambda x: bool(x.status) and x.media_type.endswith("json") and not x.failure,
)


@check(NOTHING_BEHIND, on=EVERY_JSON, exercised_by=SHOWN)
def json_body_has_one_value(exchange: Exchange) -> Findings:
    """Judge what stands behind a sound value; broken JSON is another clause's."""
    if exchange.is_json:
        sound(exchange)
        return
    text = exchange.body.decode("utf-8", "replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        end = len(text)
    if not (behind := text[end:].strip()):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield exchange.finding("", "nothing behind the value", quote(behind[:80]))


NO_REDIRECT = must(
    "transport.no-redirect",
    "No request is redirected.",
    source=REPORTED_BUGS,
    cause="a login page, or a move to another host, stands before the endpoint",
)


@check(NO_REDIRECT, on=EVERY_ATTEMPT, exercised_by=SHOWN)
def no_redirect(exchange: Exchange) -> Findings:
    """Judge every 3xx: clients drop the body or carry the key elsewhere.

    We never follow one, so no key of ours leaves the origin that was named.
    """
    if 300 <= exchange.status < 400:
        to = quote(exchange.header("location") or "nowhere")
        yield exchange.finding("status", "2xx or 4xx", f"{exchange.status} to {to}")
    elif exchange.status:
        sound(exchange)
    else:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")


NO_STREAM = should(
    "transport.error-is-not-an-event-stream",
    "An error is not labelled as an event stream.",
    source=REPORTED_BUGS,
    cause="the media type is set before the upstream has agreed to answer",
    covers=("HD-05",),
)


@check(
    NO_STREAM,
    on=EVERY_ERROR,
    exercised_by=(probes.unknown_key_streamed, repeated_input_errors),
)
def error_is_not_an_event_stream(exchange: Exchange) -> Findings:
    """Judge the media type of every 4xx and 5xx, a stream asked for or not."""
    if exchange.media_type == SSE_TYPE:
        yield exchange.finding("header content-type", "JSON", quote(SSE_TYPE))


PRIVATE = may(
    "transport.response-forbids-shared-caching",
    "An answer forbids shared caches to keep it.",
    source="RFC 9111 (HTTP Caching), section 5.2.2",
    cause="no Cache-Control is sent, and a cache is told to keep everything",
    covers=("HD-04", "HD-01"),
)

_PRIVATE: Final = re.compile(r"\b(?:no-store|private|no-cache)\b", re.IGNORECASE)


@check(PRIVATE, on=EVERY_ANSWERED_REQUEST, exercised_by=basic.text)
def response_forbids_shared_caching(exchange: Exchange) -> Findings:
    """Look for no-store, private or no-cache; for information, as it is a POST."""
    said = exchange.header("cache-control")
    if not _PRIVATE.search(said or ""):
        got = quote(said) if said else "nothing"
        yield exchange.finding("header cache-control", "no-store or private", got)


DATED = may(
    "transport.response-has-a-date",
    "An answer has a Date.",
    source=f"{RFC_HTTP}, section 6.6.1",
    cause="headers are written by hand",
)


@check(DATED, on=EVERY_EXCHANGE, exercised_by=SHOWN)
def response_has_a_date(exchange: Exchange) -> Findings:
    """Judge 2xx to 4xx, as the standard does; for information."""
    if exchange.status < 500 and not exchange.header("date"):
        yield exchange.finding("header date", "the time of the answer", "nothing")


KEPT_OPEN = Untested(
    should(
        "transport.open-connection-is-reusable",
        "A connection that was not closed serves the next request.",
        source="RFC 9112 (HTTP/1.1), section 9.3",
    ),
    because="the client opens a new connection unseen where an old one has gone",
)

NOTHING_BEYOND = Untested(
    should(
        "transport.no-bytes-after-content-length",
        "Nothing follows a body beyond its content-length.",
        source="RFC 9112 (HTTP/1.1), section 6.3",
    ),
    because="the client stops reading there, and drops the connection",
)
