"""Faults that break requirements of `contract/sdk/streams.py`."""

from collections.abc import Iterable
from typing import Any

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.mutations import change_each_event, set_fields
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)

Json = Any


@on_reply(breaks="sdk.reads-a-stream")
def error_field_in_every_event(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each event has an `error` object with the code 0."""
    return change_each_event(reply, set_fields(error={"code": 0, "message": ""}))


@on_wire(breaks="sdk.skips-frames-without-data")
def leading_retry_frame(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A stream begins with a frame that has only a `retry` field."""
    if head.raw is not None or head.header("content-type") != STREAM_TYPE:
        return head, chunks
    return head, (Chunk(b"retry: 3000\n\n"), *chunks)


def _change_added_items(
    reply: GatewayResponse, type_: str, **fields: Json
) -> GatewayResponse:
    """Set ``fields`` in each item of the type ``type_`` when it is added to a stream.

    Items are added by `response.output_item.added` events.
    """

    def change(event: Json) -> Json:
        is_added = event["type"] == "response.output_item.added"
        if is_added and event["item"]["type"] == type_:
            event["item"].update(fields)
        return event

    return change_each_event(reply, change)


@on_reply(breaks="sdk.accumulates-a-stream")
def added_message_content_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message in `response.output_item.added` has `null` as `content`."""
    return _change_added_items(reply, "message", content=None)


@on_reply(breaks="sdk.accumulates-a-stream")
def added_call_arguments_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A function call in `response.output_item.added` has `null` as `arguments`."""
    return _change_added_items(reply, "function_call", arguments=None)
