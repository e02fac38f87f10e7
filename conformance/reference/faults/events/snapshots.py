"""Faults that break requirements of `contract/events/snapshots.py`."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import (
    Change,
    change_each_event,
    renumber_events,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id
from conformance.reference.response_message import (
    DISCONNECT,
    Chunk,
    GatewayResponse,
    ResponseHead,
)
from conformance.reference.variants.streams import is_stream

Json = Any
Sent = tuple[ResponseHead, Iterable[Chunk]]
"""A response as it is sent: its head, and the chunks of its body."""


def _change_created(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Apply ``change`` to the snapshot in ``response.created``."""

    def change_if_created(event: Json) -> Json:
        if event["type"] == "response.created":
            event["response"] = change(event["response"])
        return event

    return change_each_event(reply, change_if_created)


@on_reply(
    breaks={
        "events.created-comes-first",
        "events.snapshot-is-in-response-field",
        "events.sequence-number-is-an-integer",
    }
)
def keepalive_as_in_progress_event(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A keep-alive, sent as ``response.in_progress``, precedes ``response.created``."""
    if reply.events is None:
        return reply
    return reply.with_events(({"type": "response.in_progress"}, *reply.events))


@on_reply(breaks="events.created-comes-first")
def created_after_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``response.in_progress`` precedes ``response.created``."""
    if reply.events is None:
        return reply
    created, in_progress, *rest = reply.events
    return renumber_events(reply.with_events((in_progress, created, *rest)))


@on_reply(breaks="events.created-comes-first")
def created_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A cached stream begins with its first output item, not ``response.created``."""
    return (
        renumber_events(reply.with_events(reply.events[2:])) if reply.events else reply
    )


@on_reply(breaks="events.created-is-sent-once")
def created_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``response.created`` is sent a second time, as if by an internal retry."""
    events = reply.events
    return (
        renumber_events(reply.with_events((*events[:2], *events))) if events else reply
    )


@on_reply(breaks="events.snapshot-is-in-response-field")
def snapshot_not_nested(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The first two events have the snapshot's fields instead of a ``response``."""

    def flatten(event: Json) -> Json:
        if event["type"] in {"response.created", "response.in_progress"}:
            return {**event.pop("response"), **event}
        return event

    return change_each_event(reply, flatten)


@on_reply(breaks="events.response-id-stays-the-same")
def created_snapshot_id_differs(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The snapshot in ``response.created`` has another ``id`` than later snapshots."""
    return _change_created(reply, set_fields(id=new_id("resp")))


@on_reply(breaks="events.model-stays-the-same")
def created_snapshot_model_differs(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The snapshot in ``response.created`` has the model name of the upstream."""
    return _change_created(reply, set_fields(model="provider/scripted-1"))


@on_reply(breaks="events.created-snapshot-is-complete")
def created_snapshot_incomplete(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The snapshot in ``response.created`` has only ``id``, ``object``, ``status``."""
    names = ("id", "object", "status")
    return _change_created(reply, lambda snapshot: {n: snapshot[n] for n in names})


@on_reply(breaks="events.early-snapshot-status-is-not-final")
def created_snapshot_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The snapshot in ``response.created`` has the ``status`` ``completed``."""
    return _change_created(reply, set_fields(status="completed"))


@on_reply(breaks="events.terminal-event-is-sent")
def terminal_event_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A filter removes the terminal event."""
    return reply.with_events(reply.events[:-1]) if reply.events else reply


@on_wire(breaks={"events.terminal-event-is-sent", "transport.body-is-complete"})
def connection_closed_mid_stream(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """The connection is closed after the seventh event of a stream."""
    return head, [*islice(chunks, 7), DISCONNECT] if is_stream(head) else chunks


@on_reply(breaks="events.terminal-event-matches-status")
def terminal_event_always_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A truncated stream ends with ``response.completed``."""

    def completed(event: Json) -> Json:
        truncated = event["type"] == "response.incomplete"
        return set_fields(type="response.completed")(event) if truncated else event

    return change_each_event(reply, completed)


@on_reply(breaks="events.no-event-after-terminal-event")
def second_response_in_stream(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A second complete response follows the first one in the same stream."""
    events = reply.events
    return renumber_events(reply.with_events((*events, *events))) if events else reply


@on_reply(breaks="events.no-event-after-terminal-event")
def item_done_after_terminal_event(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A ``response.output_item.done`` follows the terminal event."""
    if reply.events is None:
        return reply
    dones = [e for e in reply.events if e["type"] == "response.output_item.done"]
    return renumber_events(reply.with_events((*reply.events, *dones[-1:])))
