"""Faults of the wire: cut, endless, mislabelled and misdirected answers.

Most of them spoil the refusal of a key alone, so that nothing else is wrong.
"""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from typing import Final

from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    DISCONNECT,
    RESET,
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)

Sent = tuple[ResponseHead, Iterable[Chunk]]


UNPACKED: Final = 64 << 20
"""Bytes that the small compressed body of `zip_bomb` unpacks to."""


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(UNPACKED), 9)


def _bars(head: ResponseHead) -> bool:
    return head.status == 401


def joined(chunks: Iterable[Chunk]) -> bytes:
    """Return the bytes of a body."""
    return b"".join(chunk.data for chunk in chunks)


def with_body(head: ResponseHead, body: bytes) -> Sent:
    """Return the header and a body with its content-length."""
    return head.with_header("content-length", str(len(body))), [Chunk(body)]


def _two_spaces(request: GatewayRequest) -> bool:
    return "  " in request.headers.get("authorization", "")


@on_wire(breaks="transport.every-request-gets-a-response")
def connection_closed_without_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The connection is closed without an answer."""
    return head, [DISCONNECT] if _two_spaces(request) else chunks


@on_wire(breaks="transport.every-request-gets-a-response")
def connection_reset_without_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The connection is reset without an answer."""
    return head, [RESET] if _two_spaces(request) else chunks


@on_wire(breaks="transport.every-request-gets-a-response")
def non_http_response(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The answer is in another protocol."""
    if not _two_spaces(request):
        return head, chunks
    return replace(head, raw=b"220 mail.example ESMTP ready\r\n\r\n"), []


@on_wire(breaks="transport.body-is-complete")
def content_length_too_large(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The content-length counts ten bytes more than there are."""
    if not _bars(head):
        return head, chunks
    body = joined(chunks)
    longer = head.with_header("content-length", str(len(body) + 10))
    return longer, [Chunk(body), DISCONNECT]


@on_wire(breaks="transport.body-is-complete")
def last_chunk_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A chunked body ends without its last chunk."""
    if not _bars(head):
        return head, chunks
    return head.without("content-length"), [*chunks, DISCONNECT]


@on_wire(breaks="transport.body-is-finite")
def endless_body(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A refusal goes on for ever."""
    if not _bars(head):
        return head, chunks
    return head.without("content-length"), _endless()


def _endless() -> Iterator[Chunk]:
    while True:
        yield Chunk(b" " * (1 << 18))


@on_wire(breaks="transport.body-is-finite")
def zip_bomb(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A small refusal unpacks to a giant."""
    if not _bars(head):
        return head, chunks
    return with_body(head.with_header("content-encoding", "gzip"), _bomb())


@on_wire(breaks="transport.body-matches-content-encoding")
def plain_body_labeled_gzip(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A plain body goes by the name of gzip."""
    if not _bars(head):
        return head, chunks
    return head.with_header("content-encoding", "gzip"), chunks


@on_wire(breaks="transport.body-matches-content-encoding")
def gzip_body_truncated(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A compressed body lacks its end."""
    if not _bars(head):
        return head, chunks
    packed = gzip.compress(joined(chunks))[:-12]
    return with_body(head.with_header("content-encoding", "gzip"), packed)


@on_wire(breaks="transport.body-matches-content-encoding")
def plain_body_labeled_brotli(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A body is in an encoding that the client does not read."""
    if not _bars(head):
        return head, chunks
    return head.with_header("content-encoding", "br"), chunks


@on_wire(breaks={"transport.body-is-utf-8", "errors.body-has-an-error-object"})
def body_in_latin_1(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A refusal is encoded in ISO 8859-1."""
    if not _bars(head):
        return head, chunks
    return with_body(head, joined(chunks).replace(b"missing", b"manqu\xe9e"))


@on_wire(breaks="transport.charset-is-utf-8")
def charset_iso_8859_1(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """JSON goes by the name of ISO 8859-1."""
    named = "application/json; charset=ISO-8859-1"
    return head.with_header("content-type", named) if _bars(head) else head, chunks


@on_wire(
    breaks={"transport.json-body-has-one-value", "errors.body-has-an-error-object"}
)
def second_json_value(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A second error is written behind the first."""
    return with_body(head, joined(chunks) * 2) if _bars(head) else (head, chunks)


@on_request(breaks="transport.no-redirect")
def redirect_to_another_host(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The client is sent to another host, and its key with it."""
    if not _two_spaces(request):
        return request
    elsewhere = "https://elsewhere.example/v1/responses"
    return GatewayResponse(307, headers={"location": elsewhere}, raw=b"")


@on_reply(breaks="transport.error-is-not-an-event-stream")
def error_labeled_as_stream(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON refusal goes by the name of an event stream."""
    return replace(reply, media_type=STREAM_TYPE) if reply.status == 401 else reply


@on_wire(breaks="transport.response-forbids-shared-caching")
def cache_control_public(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """Any cache may keep an answer for an hour."""
    if head.status != 200:
        return head, chunks
    return head.with_header("cache-control", "public, max-age=3600"), chunks


@on_wire(breaks="transport.response-forbids-shared-caching")
def cache_control_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """An answer says nothing to caches."""
    return head.without("cache-control"), chunks


@on_wire(breaks="transport.response-has-a-date")
def date_header_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A refusal has no Date."""
    if not _bars(head):
        return head, chunks
    lines = [f"{name}: {value}" for name, value in head.headers]
    text = "\r\n".join(["HTTP/1.1 401 Unauthorized", *lines, "connection: close"])
    return replace(head, raw=f"{text}\r\n\r\n".encode()), chunks
