"""Send a response through ASGI, or write it directly to the connection.

Only a wire fault that replaces the status line is written directly.
"""

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
"""Key of the connection's `asyncio.Transport` in the state of an ASGI scope."""

MIN_COMPRESSED_BYTES: Final = 8192
"""Minimum size of a JSON body that is compressed for clients that accept gzip."""

MAX_UNSENT_BYTES: Final = 1 << 20
"""Size of the write buffer in bytes above which sending waits for the client."""


class Disconnected(ConnectionError):
    """The response closes the connection, but the server exposes no transport."""


async def send_reply(
    scope: Scope,
    send: Send,
    request: GatewayRequest,
    head: ResponseHead,
    chunks: Iterable[Chunk],
) -> None:
    """Send a response and flush after each chunk; stop when the client disconnects.

    Raises `Disconnected` if a chunk closes the connection and the server exposes no
    transport.
    """
    transport: asyncio.Transport | None = scope.get("state", {}).get(TRANSPORT)
    head, chunks = _compressed(request, head, chunks)
    if head.delay_s:
        await asyncio.sleep(head.delay_s)
    if head.raw is not None and transport is not None:
        await _send_raw(transport, head.raw, chunks)
        return
    headers = [(n.encode("latin-1"), v.encode("latin-1")) for n, v in head.headers]
    start = {"type": "http.response.start", "status": head.status, "headers": headers}
    # Send the status line only with the first bytes of the body. A chunk without bytes
    # can then close the connection before the status line.
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
            _end_connection(transport, chunk)
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
            _end_connection(transport, chunk)
            return
    transport.close()


async def _pause(chunk: Chunk, transport: asyncio.Transport | None) -> None:
    """Wait for the chunk's delay, and until a slow client has read enough data.

    Even without a delay, other requests are served in between.
    """
    await asyncio.sleep(chunk.delay_s)
    if transport is None:
        return
    while transport.get_write_buffer_size() > MAX_UNSENT_BYTES:  # noqa: ASYNC110  # there is no event to wait for
        await asyncio.sleep(0.01)


def _end_connection(transport: asyncio.Transport | None, chunk: Chunk) -> None:
    if transport is None:
        raise Disconnected("the response closes the connection here")
    if chunk.end == "close":
        transport.close()
        return
    connection: Any = transport.get_extra_info("socket")
    linger = struct.pack("ii", 1, 0)  # on, 0 seconds: drop unsent bytes, send RST
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


def _compressed(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Compress a large JSON body, unless a fault has changed how it is sent."""
    accepted = "gzip" in request.headers.get("accept-encoding", "")
    if not (accepted and isinstance(chunks, list) and len(chunks) == 1):
        return head, chunks
    body = chunks[0].data
    unchanged = (
        head.header("content-type") == JSON_TYPE
        and head.header("content-encoding") is None
        and head.header("content-length") == str(len(body))
        and head.raw is None
    )
    if not unchanged or len(body) < MIN_COMPRESSED_BYTES:
        return head, chunks
    compressed = gzip.compress(body, 1)
    head = head.with_header("content-encoding", "gzip")
    head = head.with_header("vary", "accept-encoding")
    return head.with_header("content-length", str(len(compressed))), [Chunk(compressed)]
