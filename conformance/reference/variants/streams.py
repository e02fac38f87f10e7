"""Unusual but conforming streams."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import chain, zip_longest
from typing import Any

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import (
    change_each_event,
    change_each_response,
    renumber_events,
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
    """Lines of a stream end with CR LF."""
    if not is_stream(head):
        return head, chunks
    return head, (
        replace(chunk, data=chunk.data.replace(b"\n", b"\r\n")) for chunk in chunks
    )


@on_wire()
def comments_between_events(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A keep-alive comment precedes each event of a stream."""
    return head, _with_comments(chunks) if is_stream(head) else chunks


@on_reply()
def unknown_extra_fields(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Response objects and events have a field that no document defines."""

    def with_extra(value: Json) -> Json:
        return {**value, "x_gateway": {"channel": 7}}

    return change_each_event(change_each_response(reply, with_extra), with_extra)


def _change_chunks(
    head: ResponseHead, chunks: Iterable[Chunk], change: Callable[[bytes], bytes]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Change the bytes of each chunk of a stream; return other responses unchanged."""
    if not is_stream(head):
        return head, chunks
    return head, (replace(chunk, data=change(chunk.data)) for chunk in chunks)


@on_wire()
def cr_line_endings(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Lines of a stream end with CR."""
    return _change_chunks(head, chunks, lambda data: data.replace(b"\n", b"\r"))


@on_wire()
def no_space_after_colon(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Fields of a stream have no space after the colon."""
    return _change_chunks(
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
    """The data of each event is split into three ``data`` lines."""
    return _change_chunks(
        head,
        chunks,
        lambda data: data.replace(b"data: {", b"data: {\ndata:\ndata:", 1),
    )


@on_wire()
def frames_with_id_and_retry(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Each frame has an ``id``, a ``retry`` and an unknown field."""
    return _change_chunks(
        head, chunks, lambda data: b"id: 7\nretry: 3000\nchannel: 7\n" + data
    )


@on_wire()
def stream_with_byte_order_mark(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A stream starts with a byte order mark."""
    return head, chain([Chunk(BOM_UTF8)], chunks) if is_stream(head) else chunks


@on_wire()
def stream_in_one_write(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """All events of a stream are sent in one write."""
    if not is_stream(head):
        return head, chunks
    return head, [Chunk(b"".join(chunk.data for chunk in chunks))]


@on_wire()
def frames_split_mid_character(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Frames are sent in pieces, split inside CR LF and inside characters."""
    if not is_stream(head):
        return head, chunks
    # The last two cuts are inside CR LF. The first one may be inside a character.
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
    """Frames have no ``event`` field."""
    return replace(reply, names=None)


@on_reply()
def done_marker_at_end(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream ends with ``[DONE]``."""
    return replace(reply, done=True)


@on_reply()
def unknown_event_types(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Events of unknown types follow the first and the last event."""
    if reply.events is None:
        return reply
    unknown = ({"type": "response.note"}, {"type": "acme:trace"})
    first, *rest = reply.events
    return renumber_events(reply.with_events((first, *unknown, *rest, *unknown)))


@on_reply()
def queued_first(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A ``response.queued`` event precedes ``response.in_progress``."""
    if reply.events is None:
        return reply
    created, *rest = reply.events
    snapshot = {**created["response"], "status": "queued"}
    queued = {"type": "response.queued", "response": snapshot}
    return renumber_events(reply.with_events((created, queued, *rest)))


@on_reply()
def added_message_with_empty_part(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message in ``response.output_item.added`` has a part with empty text."""

    def with_empty_part(event: Json) -> Json:
        item = event.get("item", {})
        is_added = event["type"] == "response.output_item.added"
        if is_added and item["type"] == "message":
            item["content"] = [text_part("")]
        return event

    return change_each_event(reply, with_empty_part)


@on_reply()
def overlapping_items(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """All items are added first, their deltas alternate, the last item ends first."""
    by_item = dict[int, list[Json]]()
    for event in reply.events or ():
        if "output_index" in event:
            by_item.setdefault(event["output_index"], []).append(event)
    if reply.events is None or len(by_item) < 2:
        return reply
    response_events = [e for e in reply.events if "output_index" not in e]
    added = [events[0] for events in by_item.values()]
    rows = zip_longest(*(events[1:-1] for events in by_item.values()))
    alternating = [event for row in rows for event in row if event is not None]
    done = [events[-1] for events in reversed(by_item.values())]
    *opening, terminal = response_events
    events = (*opening, *added, *alternating, *done, terminal)
    return renumber_events(reply.with_events(events))


def is_stream(head: ResponseHead) -> bool:
    """Return whether the body is an event stream."""
    return (head.header("content-type") or "").startswith(STREAM_TYPE)


def _with_comments(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    for chunk in chunks:
        yield Chunk(b": keep-alive\n\n")
        yield chunk
