"""Unusual but conforming ways to send a response over HTTP."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    JSON_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)


def _is_json(head: ResponseHead) -> bool:
    return (head.header("content-type") or "").startswith(JSON_TYPE)


@on_wire()
def json_in_small_chunks(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """JSON bodies are sent in small chunks, without a ``Content-Length`` header."""
    if not _is_json(head):
        return head, chunks
    body = b"".join(chunk.data for chunk in chunks)
    pieces = [Chunk(body[start : start + 100]) for start in range(0, len(body), 100)]
    return head.without_headers("content-length"), pieces


@on_wire()
def gzip_whenever_accepted(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """JSON bodies of any size are compressed for clients that accept gzip."""
    accepted = request.headers.get("accept-encoding", "")
    if not _is_json(head) or "gzip" not in accepted or head.header("content-encoding"):
        return head, chunks
    body = gzip.compress(b"".join(chunk.data for chunk in chunks))
    head = head.with_header("content-encoding", "gzip")
    return head.with_header("content-length", str(len(body))), [Chunk(body)]


@on_wire()
def connection_close_every_time(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """The connection is closed after each response."""
    return head.with_header("connection", "close"), chunks


@on_reply()
def indented_json(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """JSON bodies are indented and start and end with a line break."""
    if reply.streamed or reply.raw is not None or reply.payload is None:
        return reply
    text = json.dumps(reply.payload, ensure_ascii=False, indent=2)
    return replace(reply, raw=f"\n{text}\n".encode())


@on_reply()
def ascii_escaped_json(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Non-ASCII characters in JSON bodies are escaped."""
    if reply.streamed or reply.raw is not None or reply.payload is None:
        return reply
    return replace(reply, raw=json.dumps(reply.payload).encode())


@on_reply()
def media_type_with_charset(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``Content-Type`` has the parameter ``charset`` and is partly in upper case."""
    media_type = "text/event-stream" if reply.streamed else "Application/JSON"
    return replace(reply, media_type=f'{media_type}; charset="UTF-8"')


@on_reply()
def proxy_headers(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A proxy adds its own headers, including a cookie."""
    return reply.with_headers(
        via="1.1 edge",
        server="openresty",
        set_cookie="lb=7; Path=/; HttpOnly",
        x_ratelimit_remaining_requests="59",
        strict_transport_security="max-age=0",
    )
