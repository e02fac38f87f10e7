"""Faults that break requirements of `contract/streaming/json_equivalence.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_final_snapshot,
    rebuild_stream,
    remove_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id, text_part
from conformance.reference.response_message import GatewayResponse

Json = Any


def _change_streamed(reply: GatewayResponse, change: Change) -> GatewayResponse:
    """Apply ``change`` to the response in a stream; do not change JSON responses."""
    return rebuild_stream(reply, change) if reply.streamed else reply


def text_of(response: Json) -> str:
    """Return the joined text of all messages of a response."""
    return "".join(
        part["text"]
        for item in response["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


def with_text(response: Json, text: str) -> Json:
    """Set the text of every message in ``response``; return the same ``response``."""
    for item in response["output"]:
        if item["type"] == "message":
            item["content"] = [text_part(text)]
    return response


@on_reply(breaks={"streaming.same-items-as-json", "structured.text-is-a-json-object"})
def stream_has_extra_message(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A completed stream has one more message than the JSON response."""

    def add_message(response: Json) -> Json:
        message = {
            "type": "message",
            "id": new_id("msg"),
            "role": "assistant",
            "status": "completed",
            "content": [text_part("Anything else?")],
        }
        if response["status"] == "completed":
            response["output"].append(message)
        return response

    return _change_streamed(reply, add_message)


@on_reply(breaks="streaming.same-fields-as-json")
def final_snapshot_lacks_field(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The final snapshot lacks ``service_tier``, which the JSON response has."""
    return change_final_snapshot(reply, remove_fields("service_tier"))


@on_reply(breaks="streaming.no-replacement-characters")
def multibyte_characters_corrupted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """In streams, each character of four UTF-8 bytes is replaced by U+FFFD."""

    def replace_characters(response: Json) -> Json:
        text = text_of(response)
        corrupted = "".join(c if ord(c) < 0x10000 else "\ufffd" for c in text)
        return with_text(response, corrupted) if corrupted != text else response

    return _change_streamed(reply, replace_characters)


@on_reply(breaks="streaming.text-is-not-duplicated")
def streamed_text_duplicated(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream contains its complete text twice."""
    if not str(request.field("input")).startswith("Reply with exactly"):
        return reply
    return _change_streamed(
        reply, lambda response: with_text(response, 2 * text_of(response))
    )
