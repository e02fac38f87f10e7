"""Faults in output items: fields by which clients read a response."""

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


def _change_in_json(
    request: GatewayRequest, reply: GatewayResponse, type_: str, change: Change
) -> GatewayResponse:
    """Change the items of one type in JSON responses only."""
    return reply if reply.streamed else _change_items(request, reply, type_, change)


def _change_items(
    request: GatewayRequest, reply: GatewayResponse, type_: str, change: Change
) -> GatewayResponse:
    """Change the items of one type in JSON responses and in the events of a stream.

    Does not change responses to requests with ``reasoning``: probes send their items
    back, and the gateway would reject broken items.
    """
    if request.field("reasoning"):
        return reply
    return change_each_item(
        reply, lambda item: change(item) if item["type"] == type_ else item
    )


def _change_parts(change: Change) -> Change:
    """Return a change of every content part of a message."""
    return lambda item: {**item, "content": [change(part) for part in item["content"]]}


@on_reply(breaks={"items.have-a-type", "streaming.same-items-as-json"})
def chat_message_as_output_item(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON response is a chat message, which has no ``type``."""
    return _change_in_json(request, reply, "message", remove_fields("type"))


@on_reply(breaks="items.messages-have-an-id")
def message_id_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON response has no ``id``."""
    return _change_in_json(request, reply, "message", remove_fields("id"))


@on_reply(breaks="items.messages-have-an-id")
def message_id_empty(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``id`` of a message is an empty string."""
    return _change_in_json(request, reply, "message", set_fields(id=""))


@on_reply(breaks="items.other-items-have-an-id")
def call_item_id_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A function call has a ``call_id``, but no ``id``."""
    return _change_in_json(request, reply, "function_call", remove_fields("id"))


@on_reply(
    breaks={
        "items.ids-differ-within-a-response",
        "events.output-index-identifies-one-item",
    }
)
def call_item_ids_duplicated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """All function calls of a response have the id of the response."""

    def with_shared_id(response: Json) -> Json:
        items = [
            {**item, "id": response["id"]} if item["type"] == "function_call" else item
            for item in response["output"]
        ]
        return {**response, "output": items}

    return rebuild_stream(reply, with_shared_id)


@on_reply(breaks="items.ids-differ-between-responses")
def message_id_constant(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of every JSON response has the same ``id``."""
    return _change_in_json(request, reply, "message", set_fields(id="msg_0"))


@on_reply(breaks="items.messages-have-a-status")
def message_status_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON response has no ``status``."""
    return _change_in_json(request, reply, "message", remove_fields("status"))


@on_reply(breaks="items.message-role-is-assistant")
def message_role_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a JSON response has no ``role``."""
    return _change_in_json(request, reply, "message", remove_fields("role"))


@on_reply(breaks="items.message-role-is-assistant")
def message_role_is_model(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Messages have the role ``model``, as in some upstream APIs."""
    return _change_items(request, reply, "message", set_fields(role="model"))


@on_reply(breaks="items.content-is-an-array")
def message_content_is_string(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``content`` of a message is a string."""
    return _change_in_json(request, reply, "message", set_fields(content="Hello"))


@on_reply(breaks="items.content-is-an-array")
def message_content_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``content`` of a message is ``null``."""
    return _change_in_json(request, reply, "message", set_fields(content=None))


@on_reply(breaks="items.parts-have-a-type")
def content_parts_are_strings(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``content`` of a message is an array of strings."""
    return _change_in_json(
        request, reply, "message", _change_parts(lambda part: part["text"])
    )


@on_reply(breaks="items.text-is-in-output-text-parts")
def content_part_type_is_text(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The content parts of a message have the type ``text``, as in chat."""
    return _change_in_json(
        request, reply, "message", _change_parts(set_fields(type="text"))
    )


@on_reply(breaks="items.text-is-a-string")
def content_part_text_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``text`` of a content part is ``null``."""
    return _change_in_json(
        request, reply, "message", _change_parts(set_fields(text=None))
    )


@on_reply(breaks="items.annotations-are-an-array")
def annotations_missing(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The content parts of a JSON response have no ``annotations``."""
    return _change_in_json(
        request, reply, "message", _change_parts(remove_fields("annotations"))
    )


@on_reply(breaks="items.annotations-are-an-array")
def annotations_null_in_streams(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``annotations`` of content parts are ``null`` in all events of a stream."""
    if not reply.streamed:
        return reply

    def with_null_annotations(event: Json) -> Json:
        if "part" in event:
            event["part"]["annotations"] = None
        return event

    null_annotations = _change_parts(set_fields(annotations=None))
    return change_each_event(
        _change_items(request, reply, "message", null_annotations),
        with_null_annotations,
    )
