"""Faults that break requirements of `contract/events/texts.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_each_event,
    change_final_snapshot,
    renumber_events,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

TEXT_DELTA = "response.output_text.delta"
TEXT_DONE = "response.output_text.done"


def _change_parts(response: Json, change: Change) -> Json:
    """Apply ``change`` to every content part of every message of a response."""
    output = [
        {**item, "content": [change(part) for part in item["content"]]}
        if item["type"] == "message"
        else item
        for item in response["output"]
    ]
    return {**response, "output": output}


def _without_last_character(value: Json) -> Json:
    """Return a part or an event without the last character of its ``text``."""
    return {**value, "text": value["text"][:-1]}


def _last_index(reply: GatewayResponse, type_: str) -> int:
    """Return the position of the last event of a type, or -1 if there is none."""
    events = reply.events or ()
    return max((i for i, e in enumerate(events) if e["type"] == type_), default=-1)


@on_reply(breaks="events.delta-is-a-string")
def delta_null(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """After the last text delta, a chunk without text becomes a ``null`` delta."""
    end = _last_index(reply, TEXT_DELTA) + 1
    if not reply.events or not end:
        return reply
    null_delta = {**reply.events[end - 1], "delta": None}
    return renumber_events(
        reply.with_events((*reply.events[:end], null_delta, *reply.events[end:]))
    )


@on_reply(breaks="events.no-delta-after-done")
def text_done_after_first_delta(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The done event of a text follows its first delta, before its other deltas."""
    events = list(reply.events or ())
    first = next((i for i, e in enumerate(events) if e["type"] == TEXT_DELTA), None)
    if first is None or events[first + 1]["type"] == TEXT_DONE:
        return reply
    done = next(i for i, e in enumerate(events) if e["type"] == TEXT_DONE)
    events.insert(first + 1, events.pop(done))
    return renumber_events(reply.with_events(events))


@on_reply(breaks="events.deltas-match-the-done-text")
def done_text_truncated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text in the done event lacks its last character."""

    def truncate(event: Json) -> Json:
        return _without_last_character(event) if event["type"] == TEXT_DONE else event

    return change_each_event(reply, truncate)


@on_reply(breaks="events.deltas-match-the-done-text")
def last_delta_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The last delta of a text is missing."""
    last = _last_index(reply, TEXT_DELTA)
    if not reply.events or last < 0:
        return reply
    return renumber_events(
        reply.with_events((*reply.events[:last], *reply.events[last + 1 :]))
    )


@on_reply(breaks="events.deltas-match-the-done-text")
def full_text_as_last_delta(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """After the deltas of a text, one more delta contains the complete text."""
    last, done = _last_index(reply, TEXT_DELTA), _last_index(reply, TEXT_DONE)
    if not reply.events or last < 0:
        return reply
    full_text = {**reply.events[last], "delta": reply.events[done]["text"]}
    events = (*reply.events[: last + 1], full_text, *reply.events[last + 1 :])
    return renumber_events(reply.with_events(events))


@on_reply(breaks="events.deltas-match-the-done-text")
def first_delta_in_added_part(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``response.content_part.added`` contains text that is sent again in deltas."""

    def with_text(event: Json) -> Json:
        if event["type"] == "response.content_part.added":
            event["part"]["text"] = "You"  # most scripted texts begin with it
        return event

    return change_each_event(reply, with_text)


@on_reply(breaks="events.text-is-sent-in-deltas")
def no_deltas(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Texts and arguments are sent only in done events, without deltas."""
    changed = change_each_event(
        reply, lambda e: None if e["type"].endswith(".delta") else e
    )
    return renumber_events(changed)


@on_reply(breaks="events.done-item-has-the-streamed-text")
def done_message_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text of a message in ``response.output_item.done`` is empty."""

    def empty(event: Json) -> Json:
        if event["type"] == "response.output_item.done":
            item = event["item"]
            parts = [set_fields(text="")(part) for part in item.get("content", [])]
            event["item"] = {**item, "content": parts} if parts else item
        return event

    return change_each_event(reply, empty)


@on_reply(breaks="events.done-item-has-the-streamed-text")
def done_part_truncated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text in ``response.content_part.done`` lacks its last character."""

    def truncate(event: Json) -> Json:
        if event["type"] == "response.content_part.done":
            event["part"] = _without_last_character(event["part"])
        return event

    return change_each_event(reply, truncate)


@on_reply(breaks="events.done-item-has-the-streamed-text")
def done_call_arguments_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Function calls in ``response.output_item.done`` have the ``arguments`` ``{}``."""

    def empty(event: Json) -> Json:
        if event["type"] == "response.output_item.done":
            item = event["item"]
            if item["type"] == "function_call":
                event["item"] = set_fields(arguments="{}")(item)
        return event

    return change_each_event(reply, empty)


@on_reply(
    breaks={
        "events.final-snapshot-has-the-streamed-text",
        "structured.text-is-a-json-object",
    }
)
def final_output_text_truncated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each message text in the final snapshot lacks its last character."""
    return change_final_snapshot(
        reply, lambda response: _change_parts(response, _without_last_character)
    )


@on_reply(breaks="events.reasoning-deltas-match-the-done-text")
def last_reasoning_delta_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The last delta of a reasoning summary is missing."""
    last = _last_index(reply, "response.reasoning_summary_text.delta")
    if not reply.events or last < 0:
        return reply
    events = (*reply.events[:last], *reply.events[last + 1 :])
    return renumber_events(reply.with_events(events))
