"""Changing every response, item or event of a reply at once: tools for faults.

Each ``change`` gets a copy of its own and may alter it in place, as long as it
returns the result.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from conformance.reference.response_message import GatewayResponse
from conformance.reference.stream import events_of

Json = Any
Change = Callable[[Json], Json]


def set_fields(**members: Json) -> Change:
    """Set some members."""
    return lambda value: {**value, **members}


def remove_fields(*names: str) -> Change:
    """Leave some members out."""
    return lambda value: {k: v for k, v in value.items() if k not in names}


def is_response(value: Json) -> bool:
    """Whether a JSON value is a response object."""
    return isinstance(value, dict) and value.get("object") == "response"


def change_each_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change every response object: the JSON payload, or every stream snapshot."""
    if reply.events is None:
        if not is_response(reply.payload):
            return reply
        return reply.with_payload(change(deepcopy(reply.payload)))

    def nested(event: Json) -> Json:
        if is_response(event.get("response")):
            event["response"] = change(event["response"])
        return event

    return change_each_event(reply, nested)


def change_json_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change the response object of an answer that is not a stream."""
    return reply if reply.streamed else change_each_response(reply, change)


def change_final_snapshot(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change the response object that a stream ends with, and no other."""
    last = len(reply.events or ()) - 1

    def at_the_end(event: Json) -> Json:
        if event["sequence_number"] == last and is_response(event.get("response")):
            event["response"] = change(event["response"])
        return event

    return change_each_event(reply, at_the_end)


def change_finished_response(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change the finished response object: the payload, or the last snapshot."""
    return change_final_snapshot(change_json_response(reply, change), change)


def change_each_item(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Change every output item: in response objects, and in added and done events."""

    def whole(response: Json) -> Json:
        response["output"] = [change(item) for item in response["output"]]
        return response

    def announced(event: Json) -> Json:
        if "item" in event:
            event["item"] = change(event["item"])
        return event

    return change_each_event(change_each_response(reply, whole), announced)


def change_each_event(
    reply: GatewayResponse, change: Callable[[Json], Json | None]
) -> GatewayResponse:
    """Change every event of a stream; None leaves it out. Numbers stay as they are."""
    if reply.events is None:
        return reply
    changed = (change(deepcopy(event)) for event in reply.events)
    return reply.with_events(event for event in changed if event is not None)


def final_response(reply: GatewayResponse) -> Json:
    """A copy of the finished response object, or None where there is none."""
    if reply.events is None:
        return deepcopy(reply.payload) if is_response(reply.payload) else None
    snapshots = [e["response"] for e in reply.events if is_response(e.get("response"))]
    return deepcopy(snapshots[-1]) if snapshots else None


def rebuild_stream(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Answer as if the model had produced the changed response.

    The whole stream is told anew, so that events and snapshots agree.
    """
    final = final_response(reply)
    if final is None:
        return reply
    if reply.events is None:
        return reply.with_payload(change(final))
    return reply.with_events(events_of(change(final)))


def renumbered(reply: GatewayResponse) -> GatewayResponse:
    """Number the events of a stream from 0 again, after some came or went."""
    events = reply.events or ()
    numbered = ({**event, "sequence_number": n} for n, event in enumerate(events))
    return replace(reply, events=tuple(numbered)) if events else reply
