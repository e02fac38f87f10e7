"""Sending a head and its chunks: through ASGI, or past it where a fault wants that."""

import asyncio
import gzip
import socket
import struct
from collections.abc import Iterable
from typing import Any, Final

from starlette.types import Scope, Send

from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import JSON_TYPE, Chunk, ResponseHead

TRANSPORT: Final = "conformance.transport"
"""Where the connection's `asyncio.Transport` is found in an ASGI scope's state."""

MIN_COMPRESSED_BYTES: Final = 8192
"""Bytes from which a JSON body is compressed for a client that allows it."""

MAX_UNSENT_BYTES: Final = 1 << 20


class Disconnected(ConnectionError):
    """The reply ends the connection, and there is no transport to end it with."""


async def send_reply(
    scope: Scope,
    send: Send,
    request: GatewayRequest,
    head: ResponseHead,
    chunks: Iterable[Chunk],
) -> None:
    """Send a reply, each chunk in a flush of its own, until the client leaves."""
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    head, chunks = _zipped(request, head, chunks)
    if head.delay_s:
        await asyncio.sleep(head.delay_s)
    if head.raw is not None and transport is not None:
        await _send_raw(transport, head.raw, chunks)
        return
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in head.headers]
    start = {"type": "http.response.start", "status": head.status, "headers": headers}
    # The status line waits for the first bytes, so that a chunk may forestall it.
    for chunk in chunks:
        await _pause(chunk, transport)
        if transport is not None and transport.is_closing():
            return
        if start and (chunk.data or not chunk.end):
            await send(start)
            start = {}
        if chunk.data:
            body = {"type": "http.response.body", "body": chunk.data, "more_body": True}
            await send(body)
        if chunk.end:
            _end(transport, chunk)
            return
    if start:
        await send(start)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _send_raw(
    transport: asyncio.Transport, head: bytes, chunks: Iterable[Chunk]
) -> None:
    transport.write(head)
    for chunk in chunks:
        await _pause(chunk, transport)
        if transport.is_closing():
            return
        transport.write(chunk.data)
        if chunk.end:
            _end(transport, chunk)
            return
    transport.close()


async def _pause(chunk: Chunk, transport: asyncio.Transport | None) -> None:
    """Wait for the chunk's time, for other requests, and for a slow reader."""
    await asyncio.sleep(chunk.delay_s)
    if transport is None:
        return
    while transport.get_write_buffer_size() > MAX_UNSENT_BYTES:  # noqa: ASYNC110  # no event tells of it
        await asyncio.sleep(0.01)


def _end(transport: asyncio.Transport | None, chunk: Chunk) -> None:
    if transport is None:
        raise Disconnected("the reply hangs up here")
    if chunk.end == "close":
        transport.close()
        return
    connection: Any = transport.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)  # on, for no time: unsent bytes are dropped
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


def _zipped(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Compress a large plain JSON answer; whatever a fault has touched stays as is."""
    allowed = "gzip" in request.headers.get("accept-encoding", "")
    if not (allowed and isinstance(chunks, list) and len(chunks) == 1):
        return head, chunks
    body = chunks[0].data
    plain = (
        head.header("content-type") == JSON_TYPE
        and head.header("content-encoding") is None
        and head.header("content-length") == str(len(body))
        and head.raw is None
    )
    if not plain or len(body) < MIN_COMPRESSED_BYTES:
        return head, chunks
    packed = gzip.compress(body, 1)
    head = head.with_header("content-encoding", "gzip")
    head = head.with_header("vary", "accept-encoding")
    return head.with_header("content-length", str(len(packed))), [Chunk(packed)]
