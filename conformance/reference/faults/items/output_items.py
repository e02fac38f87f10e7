"""Defects of output items: what clients take an answer apart by."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_each_event,
    change_each_item,
    rebuild_stream,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _in_json(
    request: GatewayRequest, reply: GatewayResponse, kind: str, change: Change
) -> GatewayResponse:
    """Change the items of one type, in answers that are not streams."""
    return reply if reply.streamed else _everywhere(request, reply, kind, change)


def _everywhere(
    request: GatewayRequest, reply: GatewayResponse, kind: str, change: Change
) -> GatewayResponse:
    """Change the items of one type, in the events of a stream as well.

    Answers with reasoning are spared: they are sent back, and refused when broken.
    """
    if request.field("reasoning"):
        return reply
    return change_each_item(reply, lambda i: change(i) if i["type"] == kind else i)


def _parts(change: Change) -> Change:
    """Change every part of a message."""
    return lambda item: {**item, "content": [change(part) for part in item["content"]]}


@on_reply(breaks={"items.have-a-type", "streaming.same-items-as-json"})
def chat_message_as_output_item(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The item of an answer is a chat message, which has no type."""
    return _in_json(request, reply, "message", remove_fields("type"))


@on_reply(breaks="items.messages-have-an-id")
def message_id_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON answer has no id."""
    return _in_json(request, reply, "message", remove_fields("id"))


@on_reply(breaks="items.messages-have-an-id")
def message_id_empty(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The id of a message is the empty text."""
    return _in_json(request, reply, "message", set_fields(id=""))


@on_reply(breaks="items.other-items-have-an-id")
def call_item_id_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A function call has a call_id, and no id of its own."""
    return _in_json(request, reply, "function_call", remove_fields("id"))


@on_reply(
    breaks={
        "items.ids-differ-within-a-response",
        "events.output-index-identifies-one-item",
    }
)
def call_item_ids_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """All calls of one answer have the response's id for their own."""

    def shared(response: Json) -> Json:
        alike = {**response}
        alike["output"] = [
            {**i, "id": response["id"]} if i["type"] == "function_call" else i
            for i in response["output"]
        ]
        return alike

    return rebuild_stream(reply, shared)


@on_reply(breaks="items.ids-differ-between-responses")
def message_id_constant(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of every JSON answer has the same id."""
    return _in_json(request, reply, "message", set_fields(id="msg_0"))


@on_reply(breaks="items.messages-have-a-status")
def message_status_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON answer has no status."""
    return _in_json(request, reply, "message", remove_fields("status"))


@on_reply(breaks="items.message-role-is-assistant")
def message_role_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON answer has no role."""
    return _in_json(request, reply, "message", remove_fields("role"))


@on_reply(breaks="items.message-role-is-assistant")
def message_role_is_model(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Messages have the role model, as some upstreams call it."""
    return _everywhere(request, reply, "message", set_fields(role="model"))


@on_reply(breaks="items.content-is-an-array")
def message_content_is_string(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The content of a message is its text, as it is."""
    return _in_json(request, reply, "message", set_fields(content="Hello"))


@on_reply(breaks="items.content-is-an-array")
def message_content_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The content of a message is null."""
    return _in_json(request, reply, "message", set_fields(content=None))


@on_reply(breaks="items.parts-have-a-type")
def content_parts_are_strings(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The content of a message is an array of texts."""
    return _in_json(request, reply, "message", _parts(lambda part: part["text"]))


@on_reply(breaks="items.text-is-in-output-text-parts")
def content_part_type_is_text(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The parts of a message have the type text, as in chat."""
    return _in_json(request, reply, "message", _parts(set_fields(type="text")))


@on_reply(breaks="items.text-is-a-string")
def content_part_text_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text of a part is null."""
    return _in_json(request, reply, "message", _parts(set_fields(text=None)))


@on_reply(breaks="items.annotations-are-an-array")
def annotations_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The parts of a JSON answer have no annotations."""
    return _in_json(request, reply, "message", _parts(remove_fields("annotations")))


@on_reply(breaks="items.annotations-are-an-array")
def annotations_null_in_streams(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The annotations of a stream's parts are null, wherever they stand."""
    if not reply.streamed:
        return reply

    def bare(event: Json) -> Json:
        if "part" in event:
            event["part"]["annotations"] = None
        return event

    nulled = _parts(set_fields(annotations=None))
    return change_each_event(_everywhere(request, reply, "message", nulled), bare)
