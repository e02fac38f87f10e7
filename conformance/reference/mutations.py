"""Functions with which faults change the response objects, items or events of a reply.

A ``change`` gets a copy of a JSON value. It may modify the copy, and must return the
changed value. A snapshot is the response object in an event of a stream.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from conformance.reference.response_message import GatewayResponse
from conformance.reference.stream import stream_events

Json = Any
Change = Callable[[Json], Json]


def set_fields(**fields: Json) -> Change:
    """Return a change that sets the given fields."""
    return lambda value: {**value, **fields}


def remove_fields(*names: str) -> Change:
    """Return a change that removes the named fields."""
    return lambda value: {k: v for k, v in value.items() if k not in names}


def is_response(value: Json) -> bool:
    """Return whether a JSON value is a response object."""
    return isinstance(value, dict) and value.get("object") == "response"


def change_each_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change every response object: the JSON body, or each snapshot of a stream."""
    if reply.events is None:
        if not is_response(reply.payload):
            return reply
        return reply.with_payload(change(deepcopy(reply.payload)))

    def change_snapshot(event: Json) -> Json:
        if is_response(event.get("response")):
            event["response"] = change(event["response"])
        return event

    return change_each_event(reply, change_snapshot)


def change_json_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change the response object of a reply that is not a stream."""
    return reply if reply.streamed else change_each_response(reply, change)


def change_final_snapshot(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change only the snapshot in the last event of a stream."""
    last = len(reply.events or ()) - 1

    def change_last(event: Json) -> Json:
        if event["sequence_number"] == last and is_response(event.get("response")):
            event["response"] = change(event["response"])
        return event

    return change_each_event(reply, change_last)


def change_finished_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change the finished response object: the JSON body, or the final snapshot."""
    return change_final_snapshot(change_json_response(reply, change), change)


def change_each_item(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change every output item: in response objects, and in the events of items."""

    def change_output(response: Json) -> Json:
        response["output"] = [change(item) for item in response["output"]]
        return response

    def change_event(event: Json) -> Json:
        if "item" in event:
            event["item"] = change(event["item"])
        return event

    return change_each_event(change_each_response(reply, change_output), change_event)


def change_each_event(
    reply: GatewayResponse, change: Callable[[Json], Json | None]
) -> GatewayResponse:
    """Change every event of a stream; a change that returns None removes the event.

    The events keep their sequence numbers; `renumber_events` numbers them again.
    """
    if reply.events is None:
        return reply
    changed = (change(deepcopy(event)) for event in reply.events)
    return reply.with_events(event for event in changed if event is not None)


def final_response(reply: GatewayResponse) -> Json:
    """Return a copy of the finished response object, or None if there is none."""
    if reply.events is None:
        return deepcopy(reply.payload) if is_response(reply.payload) else None
    snapshots = [e["response"] for e in reply.events if is_response(e.get("response"))]
    return deepcopy(snapshots[-1]) if snapshots else None


def rebuild_stream(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Return the reply as if the model had generated the changed response.

    All events of a stream are generated again from the changed response.
    """
    final = final_response(reply)
    if final is None:
        return reply
    if reply.events is None:
        return reply.with_payload(change(final))
    return reply.with_events(stream_events(change(final)))


def renumber_events(reply: GatewayResponse) -> GatewayResponse:
    """Return the stream with its events numbered from 0, without gaps."""
    events = reply.events or ()
    numbered = ({**event, "sequence_number": n} for n, event in enumerate(events))
    return replace(reply, events=tuple(numbered)) if events else reply
