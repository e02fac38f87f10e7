"""Faults that break requirements of `contract/events/completion.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_each_event,
    change_final_snapshot,
    renumber_events,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

ITEM_DONE = "response.output_item.done"


def _without_events(reply: GatewayResponse, type_: str) -> GatewayResponse:
    """Return the stream without its events of one type; renumber the other events."""
    changed = change_each_event(
        reply, lambda event: None if event["type"] == type_ else event
    )
    return renumber_events(changed)


def _has_reasoning(response: Json) -> bool:
    return any(item["type"] == "reasoning" for item in response["output"])


@on_reply(breaks="events.item-done-is-sent")
def item_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No item has a ``response.output_item.done``."""
    return _without_events(reply, ITEM_DONE)


@on_reply(breaks="events.item-done-is-sent")
def item_done_missing_for_calls(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Function calls have no ``response.output_item.done``."""

    def without_calls(event: Json) -> Json:
        is_item_done = event["type"] == ITEM_DONE
        is_call = is_item_done and event["item"]["type"] == "function_call"
        return None if is_call else event

    return renumber_events(change_each_event(reply, without_calls))


@on_reply(breaks="events.item-done-is-sent-once")
def item_done_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every ``response.output_item.done`` is sent twice."""
    events = list[Json]()
    for event in reply.events or ():
        events.extend([event] * (2 if event["type"] == ITEM_DONE else 1))
    return renumber_events(reply.with_events(events)) if reply.streamed else reply


@on_reply(breaks="events.done-item-is-not-in-progress")
def done_item_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Items in ``response.output_item.done`` have the ``status`` ``in_progress``."""

    def in_progress(event: Json) -> Json:
        if event["type"] == ITEM_DONE:
            event["item"] = set_fields(status="in_progress")(event["item"])
        return event

    return change_each_event(reply, in_progress)


@on_reply(breaks="events.part-done-is-sent")
def content_part_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No content part has a ``response.content_part.done``."""
    return _without_events(reply, "response.content_part.done")


@on_reply(breaks="events.text-done-is-sent")
def text_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No text has a ``response.output_text.done``."""
    return _without_events(reply, "response.output_text.done")


@on_reply(breaks="events.arguments-done-is-sent")
def arguments_done_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No function call has a ``response.function_call_arguments.done``."""
    return _without_events(reply, "response.function_call_arguments.done")


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
    """The ``output`` of the final snapshot is empty."""
    return change_final_snapshot(reply, set_fields(output=[]))


@on_reply(breaks="events.final-snapshot-lists-every-item")
def reasoning_missing_from_final_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The final snapshot lacks the reasoning items that were streamed."""

    def without_reasoning(response: Json) -> Json:
        output = [item for item in response["output"] if item["type"] != "reasoning"]
        return {**response, "output": output}

    return change_final_snapshot(reply, without_reasoning)


@on_reply(breaks="events.final-snapshot-has-no-extra-item")
def reasoning_only_in_final_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The final snapshot contains a reasoning item for which no event was sent."""
    final = (reply.events or ({},))[-1].get("response", {"output": []})
    if not _has_reasoning(final):
        return reply

    # Reasoning is always the first output item of the embedded gateway.
    def without_first_item(event: Json) -> Json:
        return None if event.get("output_index") == 0 else event

    return renumber_events(change_each_event(reply, without_first_item))


@on_reply(breaks="events.final-snapshot-keeps-item-order")
def final_output_reversed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The final snapshot lists its items in reverse order."""
    return change_final_snapshot(
        reply, lambda response: {**response, "output": response["output"][::-1]}
    )
