"""Faults that break requirements of `contract/transport/headers.py`."""

import gzip
from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.faults.transport.bodies import (
    WireResponse,
    is_unauthorized,
    join_chunks,
    with_body,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)


@on_wire(breaks="transport.charset-is-utf-8")
def charset_iso_8859_1(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """The media type of a JSON 401 names the charset ISO-8859-1."""
    if not is_unauthorized(head):
        return head, chunks
    media_type = "application/json; charset=ISO-8859-1"
    return head.with_header("content-type", media_type), chunks


@on_reply(breaks="transport.error-is-not-an-event-stream")
def error_labeled_as_stream(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON 401 has the media type `text/event-stream`."""
    return replace(reply, media_type=STREAM_TYPE) if reply.status == 401 else reply


@on_wire(breaks="transport.response-forbids-shared-caching")
def cache_control_public(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """`Cache-Control` of a 200 allows every cache to store the response for an hour."""
    if head.status != 200:
        return head, chunks
    return head.with_header("cache-control", "public, max-age=3600"), chunks


@on_wire(breaks="transport.response-forbids-shared-caching")
def cache_control_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """Responses have no `Cache-Control` header."""
    return head.without_headers("cache-control"), chunks


@on_wire(breaks="transport.response-has-a-date")
def date_header_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """401 responses have no `Date` header."""
    if not is_unauthorized(head):
        return head, chunks
    header_lines = [f"{name}: {value}" for name, value in head.headers]
    raw_head = "\r\n".join(
        ["HTTP/1.1 401 Unauthorized", *header_lines, "connection: close"]
    )
    return replace(head, raw=f"{raw_head}\r\n\r\n".encode()), chunks


def _rejects_compression(request: GatewayRequest) -> bool:
    """Return whether the client accepts only an uncompressed response."""
    return request.headers.get("accept-encoding") == "identity"


@on_wire(breaks="transport.no-unrequested-compression")
def unrequested_gzip(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A request with `Accept-Encoding: identity` gets a gzip response."""
    if not _rejects_compression(request):
        return head, chunks
    compressed = gzip.compress(join_chunks(chunks))
    return with_body(head.with_header("content-encoding", "gzip"), compressed)
