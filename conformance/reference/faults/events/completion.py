"""Defects of events: what is never finished, and last snapshots that tell tales."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_each_event,
    change_final_snapshot,
    renumbered,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


DONE = "response.output_item.done"


def _unfinished(reply: GatewayResponse, type_: str) -> GatewayResponse:
    """Leave out every event of a type, and number the others anew."""
    kept = change_each_event(
        reply, lambda event: None if event["type"] == type_ else event
    )
    return renumbered(kept)


def _thinks(response: Json) -> bool:
    return any(item["type"] == "reasoning" for item in response["output"])


@on_reply(breaks="events.item-done-is-sent")
def item_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No item is finished."""
    return _unfinished(reply, DONE)


@on_reply(breaks="events.item-done-is-sent")
def item_done_missing_for_calls(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Messages are finished, and calls are not."""

    def kept(event: Json) -> Json:
        ends = event["type"] == DONE and event["item"]["type"] == "function_call"
        return None if ends else event

    return renumbered(change_each_event(reply, kept))


@on_reply(breaks="events.item-done-is-sent-once")
def item_done_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every item is finished a second time."""
    events = list[Json]()
    for event in reply.events or ():
        events.extend([event] * (2 if event["type"] == DONE else 1))
    return renumbered(reply.with_events(events)) if reply.streamed else reply


@on_reply(breaks="events.done-item-is-not-in-progress")
def done_item_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A finished item says that it is in progress."""

    def early(event: Json) -> Json:
        if event["type"] == DONE:
            event["item"] = set_fields(status="in_progress")(event["item"])
        return event

    return change_each_event(reply, early)


@on_reply(breaks="events.part-done-is-sent")
def content_part_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No content part is finished."""
    return _unfinished(reply, "response.content_part.done")


@on_reply(breaks="events.text-done-is-sent")
def text_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No text is finished by an event of its own."""
    return _unfinished(reply, "response.output_text.done")


@on_reply(breaks="events.arguments-done-is-sent")
def arguments_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No arguments are finished by an event of their own."""
    return _unfinished(reply, "response.function_call_arguments.done")


@on_reply(
    breaks={
        "events.final-snapshot-lists-every-item",
        "streaming.same-items-as-json",
        "usage.billed-output-is-delivered",
    }
)
def final_output_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The last snapshot has no output."""
    return change_final_snapshot(reply, set_fields(output=[]))


@on_reply(breaks="events.final-snapshot-lists-every-item")
def reasoning_missing_from_final_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Reasoning is told, and then missing from the last snapshot."""

    def thoughtless(response: Json) -> Json:
        kept = [item for item in response["output"] if item["type"] != "reasoning"]
        return {**response, "output": kept}

    return change_final_snapshot(reply, thoughtless)


@on_reply(breaks="events.final-snapshot-has-no-extra-item")
def reasoning_only_in_final_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Reasoning is in the last snapshot, and no event told of it."""
    final = (reply.events or ({},))[-1].get("response", {"output": []})
    if not _thinks(final):
        return reply

    def told(event: Json) -> Json:
        return None if event.get("output_index") == 0 else event

    return renumbered(change_each_event(reply, told))


@on_reply(breaks="events.final-snapshot-keeps-item-order")
def final_output_reversed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The last snapshot lists the items from the last to the first."""
    return change_final_snapshot(
        reply, lambda whole: {**whole, "output": whole["output"][::-1]}
    )
