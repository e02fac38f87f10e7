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


def _streamed(reply: GatewayResponse, change: Change) -> GatewayResponse:
    return rebuild_stream(reply, change) if reply.streamed else reply


def text_of(response: Json) -> str:
    """Return the text of all messages of a response."""
    return "".join(
        part["text"]
        for item in response["output"]
        if item["type"] == "message"
        for part in item["content"]
    )


def with_text(response: Json, text: str) -> Json:
    """Let every message of a response say something else."""
    for item in response["output"]:
        if item["type"] == "message":
            item["content"] = [text_part(text)]
    return response


@on_reply(breaks={"streaming.same-items-as-json", "structured.text-is-a-json-object"})
def stream_has_extra_message(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream ends in an additional message, which JSON has not."""

    def more(response: Json) -> Json:
        last = {"type": "message", "id": new_id("msg"), "role": "assistant"}
        said = {"status": "completed", "content": [text_part("Anything else?")]}
        if response["status"] == "completed":
            response["output"].append({**last, **said})
        return response

    return _streamed(reply, more)


@on_reply(breaks="streaming.same-fields-as-json")
def final_snapshot_lacks_field(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The last snapshot lacks a member that JSON has."""
    return change_final_snapshot(reply, remove_fields("service_tier"))


@on_reply(breaks="streaming.no-replacement-characters")
def multibyte_characters_corrupted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Characters of four bytes are replaced in streams."""

    def spoilt(response: Json) -> Json:
        text = text_of(response)
        kept = "".join(c if ord(c) < 0x10000 else "\ufffd" for c in text)
        return with_text(response, kept) if kept != text else response

    return _streamed(reply, spoilt)


@on_reply(breaks="streaming.text-is-not-duplicated")
def streamed_text_duplicated(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream tells its whole answer twice over."""
    if not str(request.field("input")).startswith("Reply with exactly"):
        return reply
    return _streamed(reply, lambda whole: with_text(whole, 2 * text_of(whole)))
