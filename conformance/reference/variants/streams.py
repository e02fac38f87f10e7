"""Streams that look unusual and are as the contract has them."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import (
    change_each_event,
    change_each_response,
    renumbered,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response import text_part
from conformance.reference.response_message import (
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)

Json = Any


@on_wire()
def crlf_line_endings(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Stream lines end in CR LF."""
    if not is_stream(head):
        return head, chunks
    return head, (
        replace(chunk, data=chunk.data.replace(b"\n", b"\r\n")) for chunk in chunks
    )


@on_wire()
def comments_between_events(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Keep-alive comments stand between the events."""
    return head, _with_comments(chunks) if is_stream(head) else chunks


@on_reply()
def unknown_extra_fields(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Responses and events carry members that no document names."""

    def more(value: Json) -> Json:
        return {**value, "x_gateway": {"channel": 7}}

    return change_each_event(change_each_response(reply, more), more)


def _rewritten(
    head: ResponseHead, chunks: Iterable[Chunk], change: Callable[[bytes], bytes]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Change the bytes of each chunk of a stream."""
    if not is_stream(head):
        return head, chunks
    return head, (replace(chunk, data=change(chunk.data)) for chunk in chunks)


@on_wire()
def cr_line_endings(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Stream lines end in CR."""
    return _rewritten(head, chunks, lambda data: data.replace(b"\n", b"\r"))


@on_wire()
def no_space_after_colon(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """No space stands behind the colon of a field."""
    return _rewritten(
        head,
        chunks,
        lambda data: data.replace(b"event: ", b"event:", 1).replace(
            b"data: ", b"data:", 1
        ),
    )


@on_wire()
def multi_line_data(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """The data of an event is spread over three lines."""
    return _rewritten(
        head,
        chunks,
        lambda data: data.replace(b"data: {", b"data: {\ndata:\ndata:", 1),
    )


@on_wire()
def frames_with_id_and_retry(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Each frame has an id, a time to retry, and a field that nobody knows."""
    return _rewritten(
        head, chunks, lambda data: b"id: 7\nretry: 3000\nchannel: 7\n" + data
    )


@on_wire()
def stream_with_byte_order_mark(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A stream begins with a byte order mark."""
    return head, chain([Chunk(BOM_UTF8)], chunks) if is_stream(head) else chunks


@on_wire()
def stream_in_one_write(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A stream is written in one piece."""
    if not is_stream(head):
        return head, chunks
    return head, [Chunk(b"".join(chunk.data for chunk in chunks))]


@on_wire()
def frames_split_mid_character(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Frames are flushed in pieces, cut inside CR LF, and inside characters."""
    if not is_stream(head):
        return head, chunks
    return head, (
        Chunk(piece)
        for chunk in chunks
        for data in [chunk.data.replace(b"\n", b"\r\n")]
        for piece in (data[:-13], data[-13:-3], data[-3:-1], data[-1:])
    )


@on_reply()
def data_only_frames(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has a name."""
    return replace(reply, names=None)


@on_reply()
def done_marker_at_end(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream ends in [DONE]."""
    return replace(reply, done=True)


@on_reply()
def unknown_event_types(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Events of types that no document names stand between the others, and behind."""
    if reply.events is None:
        return reply
    notes = ({"type": "response.note"}, {"type": "acme:trace"})
    first, *rest = reply.events
    return renumbered(reply.with_events((first, *notes, *rest, *notes)))


@on_reply()
def queued_first(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A response waits in a queue before it is in progress."""
    if reply.events is None:
        return reply
    created, *rest = reply.events
    waiting = {**created["response"], "status": "queued"}
    queued = {"type": "response.queued", "response": waiting}
    return renumbered(reply.with_events((created, queued, *rest)))


@on_reply()
def added_message_with_empty_part(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message is announced with the empty part that its text will fill."""

    def filled(event: Json) -> Json:
        item = event.get("item", {})
        announced = event["type"] == "response.output_item.added"
        if announced and item["type"] == "message":
            item["content"] = [text_part("")]
        return event

    return change_each_event(reply, filled)


@on_reply()
def overlapping_items(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """All items are announced first, told side by side, and finished backwards."""
    tracks = dict[int, list[Json]]()
    for event in reply.events or ():
        if "output_index" in event:
            tracks.setdefault(event["output_index"], []).append(event)
    if reply.events is None or len(tracks) < 2:
        return reply
    told = [e for e in reply.events if "output_index" not in e]
    opened = [track[0] for track in tracks.values()]
    inner = zip_longest(*(track[1:-1] for track in tracks.values()))
    between = [event for row in inner for event in row if event is not None]
    closed = [track[-1] for track in reversed(tracks.values())]
    events = (*told[:-1], *opened, *between, *closed, told[-1])
    return renumbered(reply.with_events(events))


def is_stream(head: ResponseHead) -> bool:
    """Whether an event stream follows."""
    return (head.header("content-type") or "").startswith(STREAM_TYPE)


def _with_comments(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield Chunk(b": keep-alive\n\n")
        yield chunk
