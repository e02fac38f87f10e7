"""Bodies: framing, size, content encoding, character encoding."""

import json
from typing import Final

from conformance.contract.auth import probes
from conformance.contract.probes import basic
from conformance.contract.transport.http import require_recognized_response
from conformance.model.check import Findings, check
from conformance.model.exchange import SSE_TYPE, Exchange, FailureKind, Inconclusive
from conformance.model.node import quote
from conformance.model.requirement import must
from conformance.model.scope import EVERY_RECOGNIZED_RESPONSE, EVERY_REQUEST, only
from conformance.model.sources import REPORTED_BUGS, RFC_HTTP, RFC_JSON

EXERCISED_BY: Final = (basic.text, probes.missing_key)
"""Probes that get a 2xx and a 4xx response from a conforming server."""


def _require_status(exchange: Exchange) -> None:
    """Raise ``Inconclusive`` unless the client got the status of a known response.

    The body may be truncated or invalid.
    """
    require_recognized_response(exchange)
    if not exchange.status:
        raise Inconclusive(f"{exchange.id}: {exchange.failure}")


COMPLETE = must(
    "transport.body-is-complete",
    "A body does not end before its `Content-Length` or before its last chunk.",
    source=f"{RFC_HTTP}, section 8.6",
    cause="the gateway changes the body after computing its length, or a relay closes "
    "the connection early",
    covers=("SE-19", "SE-35"),
)


@check(COMPLETE, on=EVERY_REQUEST, exercised_by=EXERCISED_BY)
def body_is_complete(exchange: Exchange) -> Findings:
    """Check that the client received the complete body.

    Does not check for bytes after the end given by ``Content-Length``: the HTTP client
    does not read them.
    """
    _require_status(exchange)
    if exchange.failure and exchange.failure.kind in {
        FailureKind.TRUNCATED,
        FailureKind.PROTOCOL,
    }:
        got = f"{exchange.wire_bytes} bytes, then {exchange.failure}"
        yield exchange.finding("", "the complete body", got)


FINITE = must(
    "transport.body-is-finite",
    "A body ends within the size limit of the run.",
    source=REPORTED_BUGS,
    cause="a loop writes without end, or a small body decompresses to a huge one",
    covers=("RV-03",),
)


@check(FINITE, on=EVERY_REQUEST, exercised_by=EXERCISED_BY)
def body_is_finite(exchange: Exchange) -> Findings:
    """Check that the decompressed body is within the run's size limit.

    The default limit is 8 MiB. Does not check endless bodies that arrive so slowly that
    they reach the run's time limit first.
    """
    _require_status(exchange)
    if exchange.failure and exchange.failure.kind is FailureKind.TOO_LARGE:
        expected = "a body within the size limit"
        yield exchange.finding("", expected, str(exchange.failure))


DECODES = must(
    "transport.body-matches-content-encoding",
    "A body decodes with its `Content-Encoding`, which the request accepts.",
    source=f"{RFC_HTTP}, section 8.4",
    cause="the gateway relays the upstream's `Content-Encoding` with a decoded body",
)


@check(DECODES, on=EVERY_REQUEST, exercised_by=EXERCISED_BY)
def body_matches_content_encoding(exchange: Exchange) -> Findings:
    """Check that a gzip or deflate body decodes; any other encoding is a finding.

    Does not check whether the server should have compressed the body.
    """
    _require_status(exchange)
    if exchange.failure and exchange.failure.kind is FailureKind.ENCODING:
        encoding = exchange.header("content-encoding") or ""
        expected = "a body in gzip, deflate or no encoding"
        got = f"{quote(encoding)}: {exchange.failure}"
        yield exchange.finding("header content-encoding", expected, got)


TEXT_TYPES: Final = ("json", SSE_TYPE)
"""Ends of the media types whose bodies have to be UTF-8."""

EVERY_TEXT_BODY = only(
    EVERY_RECOGNIZED_RESPONSE,
    "every complete JSON body or event stream",
    lambda exchange: exchange.media_type.endswith(TEXT_TYPES) and not exchange.failure,
)
"""(exchange,): each complete body whose media type ends with one of `TEXT_TYPES`."""

IS_UTF_8 = must(
    "transport.body-is-utf-8",
    "A JSON body or event stream is valid UTF-8.",
    source=f"{RFC_JSON}, section 8.1",
    cause="the gateway splits a string between bytes, or encodes it by the locale",
    covers=("SE-32",),
)


@check(IS_UTF_8, on=EVERY_TEXT_BODY, exercised_by=EXERCISED_BY)
def body_is_utf_8(exchange: Exchange) -> Findings:
    """Check every byte of the body.

    Does not check streams from which the probe disconnects: the last character that
    the client received may be incomplete.
    """
    if exchange.request.disconnect_after is not None:
        raise Inconclusive(f"{exchange.id}: the client disconnected early")
    try:
        exchange.body.decode("utf-8")
    except UnicodeDecodeError as error:
        invalid = exchange.body[error.start : error.start + 8]
        got = f"{invalid!r} at byte {error.start}"
        yield exchange.finding("", "UTF-8", got)


ONE_VALUE = must(
    "transport.json-body-has-one-value",
    "A JSON body ends after its first value.",
    source=f"{RFC_JSON}, section 2",
    cause="the gateway appends a second response or an error to the first response",
    covers=("SE-22",),
)

EVERY_JSON_BODY = only(
    EVERY_REQUEST,
    "every complete JSON body",
    lambda exchange: (
        bool(exchange.status)
        and exchange.media_type.endswith("json")
        and not exchange.failure
    ),
)


@check(ONE_VALUE, on=EVERY_JSON_BODY, exercised_by=EXERCISED_BY)
def json_body_has_one_value(exchange: Exchange) -> Findings:
    """Check that only white space follows the first JSON value of a body.

    Does not check bodies that do not start with a valid JSON value: other requirements
    report them.
    """
    if exchange.is_json:
        require_recognized_response(exchange)
        return
    text = exchange.body.decode("utf-8", "replace").lstrip()
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        end = len(text)
    if not (rest := text[end:].strip()):
        raise Inconclusive(f"{exchange.id}: {exchange.summary}")
    yield exchange.finding("", "the end of the body", quote(rest[:80]))
