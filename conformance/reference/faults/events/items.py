"""Faults that break requirements of `contract/events/items.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_each_event,
    change_final_snapshot,
    remove_fields,
    renumber_events,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id
from conformance.reference.response_message import GatewayResponse

Json = Any


def _without_events(reply: GatewayResponse, type_: str) -> GatewayResponse:
    """Return the stream without its events of one type; renumber the other events."""
    changed = change_each_event(
        reply, lambda event: None if event["type"] == type_ else event
    )
    return renumber_events(changed)


def _change_events(
    reply: GatewayResponse, type_: str, change: Change
) -> GatewayResponse:
    """Apply ``change`` to every event of one type."""
    return change_each_event(
        reply, lambda event: change(event) if event["type"] == type_ else event
    )


@on_reply(breaks="events.output-index-is-present")
def output_index_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has an ``output_index``."""
    return change_each_event(reply, remove_fields("output_index"))


@on_reply(breaks="events.item-id-is-present")
def item_id_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has an ``item_id``."""
    return change_each_event(reply, remove_fields("item_id"))


@on_reply(breaks="events.item-id-is-present")
def item_id_missing_in_text_done(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``response.output_text.done`` has no ``item_id``."""
    return _change_events(reply, "response.output_text.done", remove_fields("item_id"))


@on_reply(breaks="events.content-index-is-present")
def content_index_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has a ``content_index``."""
    return change_each_event(reply, remove_fields("content_index"))


@on_reply(breaks="events.reasoning-index-is-present")
def summary_index_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No event has a ``summary_index``."""
    return change_each_event(reply, remove_fields("summary_index"))


@on_reply(breaks="events.output-index-identifies-one-item")
def output_index_always_zero(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every ``output_index`` is 0."""
    return change_each_event(
        reply,
        lambda event: (
            {**event, "output_index": 0} if "output_index" in event else event
        ),
    )


@on_reply(breaks="events.output-index-identifies-one-item")
def item_added_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every ``response.output_item.added`` is sent twice."""
    events = list[Json]()
    for event in reply.events or ():
        count = 2 if event["type"] == "response.output_item.added" else 1
        events.extend([event] * count)
    return renumber_events(reply.with_events(events)) if reply.streamed else reply


@on_reply(breaks="events.item-identity-stays-the-same")
def done_item_id_changed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each item in ``response.output_item.done`` has a new ``id``."""

    def with_new_id(event: Json) -> Json:
        return {**event, "item": {**event["item"], "id": new_id("item")}}

    return _change_events(reply, "response.output_item.done", with_new_id)


@on_reply(breaks="events.item-identity-stays-the-same")
def delta_item_id_changed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each text delta has a new ``item_id``."""
    return _change_events(
        reply,
        "response.output_text.delta",
        lambda event: {**event, "item_id": new_id("msg")},
    )


@on_reply(breaks="events.item-identity-stays-the-same")
def final_output_item_ids_changed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The items of the final snapshot have new ids."""

    def with_new_ids(response: Json) -> Json:
        output = [{**item, "id": new_id("item")} for item in response["output"]]
        return {**response, "output": output}

    return change_final_snapshot(reply, with_new_ids)


@on_reply(breaks="events.item-identity-stays-the-same")
def call_id_differs_in_added(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``response.output_item.added`` has another ``call_id`` than the later events."""

    def with_new_call_id(event: Json) -> Json:
        if event["item"]["type"] != "function_call":
            return event
        return {**event, "item": {**event["item"], "call_id": new_id("call")}}

    return _change_events(reply, "response.output_item.added", with_new_call_id)


@on_reply(breaks="events.item-added-comes-first")
def item_added_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No item has a ``response.output_item.added``."""
    return _without_events(reply, "response.output_item.added")


@on_reply(breaks="events.content-part-added-comes-first")
def content_part_added_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No content part has a ``response.content_part.added``."""
    return _without_events(reply, "response.content_part.added")


@on_reply(breaks="events.content-part-added-comes-first")
def content_index_per_delta(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``content_index`` of text deltas increases by 1 with each of them."""

    # The first text delta of a plain message has the sequence number 4.
    def increase(event: Json) -> Json:
        return {**event, "content_index": event["sequence_number"] - 4}

    return _change_events(reply, "response.output_text.delta", increase)


@on_reply(breaks="events.summary-part-added-comes-first")
def summary_part_added_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """No summary part has a ``response.reasoning_summary_part.added``."""
    return _without_events(reply, "response.reasoning_summary_part.added")


@on_reply(breaks="events.content-index-counts-from-zero")
def content_index_not_per_item(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``content_index`` counts the parts of all items from 1, so it is never 0."""

    def count_across_items(event: Json) -> Json:
        if "content_index" not in event:
            return event
        return set_fields(content_index=event["output_index"] + 1)(event)

    return change_each_event(reply, count_across_items)
