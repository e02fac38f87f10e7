"""Faults that break requirements of `contract/transport/bodies.py`.

All of them affect only 401 responses, so that no requirement about other responses
fails.
"""

import gzip
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from conformance.reference.fault import on_wire
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import DISCONNECT, Chunk, ResponseHead

WireResponse = tuple[ResponseHead, Iterable[Chunk]]

DECOMPRESSED_BYTES: Final = 64 << 20
"""Size in bytes of the body that `zip_bomb` sends, after decompression."""


@cache
def _compressed_zeros() -> bytes:
    """Return `DECOMPRESSED_BYTES` zero bytes, compressed with gzip."""
    return gzip.compress(bytes(DECOMPRESSED_BYTES), 9)


def is_unauthorized(head: ResponseHead) -> bool:
    """Return whether the status is 401."""
    return head.status == 401


def join_chunks(chunks: Iterable[Chunk]) -> bytes:
    """Return the bytes of all chunks of a body, joined."""
    return b"".join(chunk.data for chunk in chunks)


def with_body(head: ResponseHead, body: bytes) -> WireResponse:
    """Return the head with a matching `Content-Length`, and the body as one chunk."""
    return head.with_header("content-length", str(len(body))), [Chunk(body)]


@on_wire(breaks="transport.body-is-complete")
def content_length_too_large(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """The `Content-Length` of a 401 is ten bytes larger than its body."""
    if not is_unauthorized(head):
        return head, chunks
    body = join_chunks(chunks)
    changed_head = head.with_header("content-length", str(len(body) + 10))
    return changed_head, [Chunk(body), DISCONNECT]


@on_wire(breaks="transport.body-is-complete")
def last_chunk_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A chunked 401 body ends without its last chunk."""
    if not is_unauthorized(head):
        return head, chunks
    return head.without_headers("content-length"), [*chunks, DISCONNECT]


@on_wire(breaks="transport.body-is-finite")
def endless_body(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A 401 body never ends."""
    if not is_unauthorized(head):
        return head, chunks
    return head.without_headers("content-length"), _endless_chunks()


def _endless_chunks() -> Iterator[Chunk]:
    """Yield chunks of 256 KiB of spaces without end."""
    while True:
        yield Chunk(b" " * (1 << 18))


@on_wire(breaks="transport.body-is-finite")
def zip_bomb(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A small gzip 401 body decompresses to 64 MiB."""
    if not is_unauthorized(head):
        return head, chunks
    return with_body(head.with_header("content-encoding", "gzip"), _compressed_zeros())


@on_wire(breaks="transport.body-matches-content-encoding")
def plain_body_labeled_gzip(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """An uncompressed 401 body has `Content-Encoding: gzip`."""
    if not is_unauthorized(head):
        return head, chunks
    return head.with_header("content-encoding", "gzip"), chunks


@on_wire(breaks="transport.body-matches-content-encoding")
def gzip_body_truncated(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A gzip 401 body lacks its last 12 bytes."""
    if not is_unauthorized(head):
        return head, chunks
    compressed = gzip.compress(join_chunks(chunks))[:-12]
    return with_body(head.with_header("content-encoding", "gzip"), compressed)


@on_wire(breaks="transport.body-matches-content-encoding")
def plain_body_labeled_brotli(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A 401 body has `Content-Encoding: br`, which the client does not accept."""
    if not is_unauthorized(head):
        return head, chunks
    return head.with_header("content-encoding", "br"), chunks


@on_wire(breaks={"transport.body-is-utf-8", "errors.body-has-an-error-object"})
def body_in_latin_1(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A 401 body is encoded in ISO 8859-1."""
    if not is_unauthorized(head):
        return head, chunks
    return with_body(head, join_chunks(chunks).replace(b"missing", b"manqu\xe9e"))


@on_wire(
    breaks={"transport.json-body-has-one-value", "errors.body-has-an-error-object"}
)
def second_json_value(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> WireResponse:
    """A 401 body contains its JSON value twice."""
    if not is_unauthorized(head):
        return head, chunks
    return with_body(head, join_chunks(chunks) * 2)
