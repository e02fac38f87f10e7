"""Faults that break requirements of `contract/events/framing.py`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import (
    change_each_event,
    remove_fields,
    renumber_events,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead
from conformance.reference.variants.streams import is_stream

Json = Any
Sent = tuple[ResponseHead, Iterable[Chunk]]
"""A response as it is sent: its head, and the chunks of its body."""

OWL: Final = "🦉"
"""An emoji in the prompt of ``json_and_stream``; two surrogates in UTF-16."""


def _with_frame(head: ResponseHead, chunks: Iterable[Chunk], frame: bytes) -> Sent:
    """Insert a frame after the first chunk, which is the first event, of a stream."""

    def with_frame() -> Iterator[Chunk]:
        rest = iter(chunks)
        yield from [next(rest), Chunk(frame)]
        yield from rest

    return head, with_frame() if is_stream(head) else chunks


def _with_event(reply: GatewayResponse, event: Json) -> GatewayResponse:
    """Insert an event after the first two of a stream."""
    events = reply.events
    if events is None:
        return reply
    return reply.with_events((*events[:2], event, *events[2:]))


@on_wire(breaks="events.data-is-one-json-object")
def error_inside_open_frame(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """An error is written into the frame of another event, before its blank line."""
    frame = b'data: {"type":"response.note"}\ndata: {"type":"error"}\n\n'
    return _with_frame(head, chunks, frame)


@on_wire(breaks="events.data-is-one-json-object")
def event_array_in_one_frame(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The data of one frame is a JSON array of events, not one object."""
    return _with_frame(head, chunks, b'data: [{"type":"response.note"}]\n\n')


@on_wire(breaks="events.data-is-one-json-object")
def keepalive_with_empty_data(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A keep-alive is a frame whose ``data`` field is empty."""
    return _with_frame(head, chunks, b"data:\n\n")


@on_reply(breaks="events.data-has-a-type")
def event_type_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The second event has no ``type``."""

    def without_type(event: Json) -> Json:
        return remove_fields("type")(event) if event["sequence_number"] == 1 else event

    return change_each_event(reply, without_type)


@on_reply(breaks="events.no-event-of-another-api")
def chat_chunk_relayed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A chat completion chunk of the upstream is relayed."""
    choice = {"index": 0, "delta": {"content": ""}}
    return _with_event(
        reply,
        {"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]},
    )


@on_reply(breaks="events.no-event-of-another-api")
def upstream_error_relayed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error object of the upstream is relayed as an event without a ``type``."""
    return _with_event(reply, {"error": {"message": "overloaded", "code": 529}})


@on_reply(breaks="events.name-matches-type")
def event_name_always_message(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``event`` field of every frame is ``message``."""
    names = ("message",) * len(reply.events or ())
    return replace(reply, names=names) if reply.streamed else reply


@on_reply(breaks="events.type-has-a-known-prefix")
def internal_event_leaked(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An internal accounting event of the upstream is sent to the client."""
    leaked = _with_event(reply, {"type": "codex.rate_limits", "allowed": True})
    return renumber_events(leaked)


@on_wire(breaks="events.every-event-has-data")
def event_without_data(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """A filter removes the data of an event and leaves its name."""
    return _with_frame(head, chunks, b"event: codex.rate_limits\n\n")


@on_wire(breaks="events.last-event-ends-with-blank-line", profiles=("newapi", "openai"))
def final_blank_line_missing(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The blank line after the last event is missing."""

    def without_blank_line() -> Iterator[Chunk]:
        last = Chunk()
        for chunk in chunks:
            yield last
            last = chunk
        yield replace(last, data=last.data.removesuffix(b"\n"))

    return head, without_blank_line() if is_stream(head) else chunks


@on_wire(breaks="events.text-has-no-lone-surrogate")
def lone_surrogate(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """Only the first UTF-16 surrogate of an emoji is sent."""
    surrogate = OWL.encode("utf-16-be")[:2].hex()
    escaped = rf"\u{surrogate}".encode()
    return head, (
        replace(chunk, data=chunk.data.replace(OWL.encode(), escaped))
        if is_stream(head)
        else chunk
        for chunk in chunks
    )


@on_reply(breaks="events.sequence-number-is-an-integer")
def sequence_number_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has a ``sequence_number``."""
    return change_each_event(reply, remove_fields("sequence_number"))


@on_reply(breaks="events.sequence-number-is-an-integer")
def sequence_number_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each ``sequence_number`` is a string."""

    def with_string(event: Json) -> Json:
        return set_fields(sequence_number=str(event["sequence_number"]))(event)

    return change_each_event(reply, with_string)


@on_reply(breaks="events.sequence-number-counts-up")
def sequence_number_constant(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every ``sequence_number`` is 0."""
    return change_each_event(reply, set_fields(sequence_number=0))


@on_reply(breaks="events.sequence-number-counts-up")
def sequence_number_restarts(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The third event has the ``sequence_number`` 0 again, the fourth has 1."""

    def restart(event: Json) -> Json:
        number = event["sequence_number"]
        return set_fields(sequence_number=number - 2 if number > 1 else number)(event)

    return change_each_event(reply, restart)


@on_reply(breaks="events.sequence-number-has-no-gap")
def sequence_number_skipped(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each ``sequence_number`` is two greater than the previous one."""

    def double(event: Json) -> Json:
        return set_fields(sequence_number=2 * event["sequence_number"])(event)

    return change_each_event(reply, double)
