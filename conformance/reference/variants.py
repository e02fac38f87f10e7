"""Benign variants: what a conforming server may do, and no check may blame."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from conformance.reference.asked import Asked
from conformance.reference.fault import Fault, on_reply, on_wire
from conformance.reference.reply import STREAM_TYPE, Chunk, Head, Reply
from conformance.reference.rewriting import each_event, each_response

Json = Any


@on_wire()
def crlf_frames(
    _asked: Asked, head: Head, chunks: Iterable[Chunk]
) -> tuple[Head, Iterable[Chunk]]:
    """Stream lines end in CR LF."""
    if not is_stream(head):
        return head, chunks
    return head, (
        replace(chunk, data=chunk.data.replace(b"\n", b"\r\n")) for chunk in chunks
    )


@on_wire()
def comments_between_events(
    _asked: Asked, head: Head, chunks: Iterable[Chunk]
) -> tuple[Head, Iterable[Chunk]]:
    """Keep-alive comments stand between the events."""
    return head, _with_comments(chunks) if is_stream(head) else chunks


@on_reply()
def unknown_extra_members(_asked: Asked, reply: Reply) -> Reply:
    """Responses and events carry members that no document names."""

    def more(value: Json) -> Json:
        return {**value, "x_gateway": {"channel": 7}}

    return each_event(each_response(reply, more), more)


def is_stream(head: Head) -> bool:
    """Whether an event stream follows."""
    return (head.header("content-type") or "").startswith(STREAM_TYPE)


def _with_comments(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield Chunk(b": keep-alive\n\n")
        yield chunk


VARIANTS = {v.name: v for v in tuple(vars().values()) if isinstance(v, Fault)}
