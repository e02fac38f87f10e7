"""Faults in a successful response: wrong bodies, and wrong fields of the object."""

from dataclasses import replace
from typing import Final

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_each_response,
    change_final_snapshot,
    change_json_response,
    is_response,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse, to_json

IS_A_RESPONSE: Final = "responses.is-a-response-object"

OUTPUT_IS_AN_ARRAY: Final = frozenset(
    {"responses.output-is-an-array", "streaming.same-items-as-json"}
)
"""Requirements that fail if ``output`` is not an array."""


def _replace_body(
    reply: GatewayResponse, body: bytes, media_type: str | None = None
) -> GatewayResponse:
    """Replace the body of a JSON response, and its media type if one is given."""
    if reply.streamed or not is_response(reply.payload):
        return reply
    return replace(reply, raw=body, media_type=media_type)


@on_reply(breaks=IS_A_RESPONSE)
def html_page_as_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An HTML maintenance page is sent with status 200."""
    return _replace_body(reply, b"<html>We will be back soon.</html>", "text/html")


@on_reply(breaks=IS_A_RESPONSE)
def empty_body_as_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 200 response has no body."""
    return _replace_body(reply, b"")


@on_reply(breaks=IS_A_RESPONSE)
def empty_object_as_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The body of a 200 response is an empty object."""
    return _replace_body(reply, b"{}")


@on_reply(breaks={IS_A_RESPONSE, "errors.status-is-not-2xx"})
def upstream_error_returned_as_200(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An upstream's error is returned with status 200."""
    error = {"message": "The upstream is down.", "type": "server_error"}
    return _replace_body(reply, to_json({"error": error}))


@on_reply(breaks={IS_A_RESPONSE, "transport.json-body-has-one-value"})
def text_after_response_object(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Text follows the response object in the body."""
    return _replace_body(reply, to_json(reply.payload) + b"\n[DONE]")


@on_reply(breaks=IS_A_RESPONSE)
def chat_completion_as_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's chat completion is returned with the id of a response."""
    if reply.streamed or not is_response(reply.payload):
        return reply
    message = {"role": "assistant", "content": "Hello"}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return reply.with_payload(
        {
            "id": reply.payload["id"],
            "object": "chat.completion",
            "created": reply.payload["created_at"],
            "model": reply.payload["model"],
            "choices": [choice],
            "usage": reply.payload["usage"],
        }
    )


@on_reply(breaks=IS_A_RESPONSE)
def chat_chunks_as_events(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream consists of chat completion chunks, which have no type."""
    if not reply.streamed:
        return reply
    delta = {"object": "chat.completion.chunk", "choices": [{"delta": {}}]}
    return replace(reply, names=None, events=(delta, delta), done=True)


@on_reply(breaks="responses.media-type-is-json")
def response_media_type_is_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response object is sent as ``text/plain``."""
    return _replace_body(reply, to_json(reply.payload), "text/plain; charset=utf-8")


@on_reply(breaks="responses.no-byte-order-mark")
def byte_order_mark_in_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A byte order mark precedes the response object."""
    return _replace_body(reply, b"\xef\xbb\xbf" + to_json(reply.payload))


@on_reply(breaks="responses.no-nan-or-infinity")
def infinity_in_response(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A field of the response object is ``Infinity``."""
    return change_json_response(reply, set_fields(presence_penalty=float("inf")))


@on_reply(breaks="responses.field-names-are-unique")
def duplicate_object_field(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The gateway writes its own ``object`` field before the upstream's."""
    return _replace_body(reply, b'{"object":"response",' + to_json(reply.payload)[1:])


@on_reply(breaks="responses.id-is-a-string")
def response_id_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response has no ``id``."""
    return change_json_response(reply, remove_fields("id"))


@on_reply(breaks={"responses.id-is-a-string", "state.stored-response-can-be-continued"})
def response_id_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``id`` of a JSON response is an empty string."""
    return change_json_response(reply, set_fields(id=""))


@on_reply(breaks="responses.id-is-a-string")
def response_id_is_number(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``id`` of every response is a number, also in streams."""
    return change_each_response(reply, set_fields(id=17))


@on_reply(breaks={"responses.ids-are-unique", "state.stored-response-can-be-continued"})
def response_id_constant(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every JSON response has the same ``id``."""
    return change_json_response(reply, set_fields(id="resp_1"))


@on_reply(
    breaks={"responses.ids-are-unique", "state.streamed-response-can-be-continued"}
)
def response_id_constant_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every stream has the same response ``id``."""
    return (
        change_each_response(reply, set_fields(id="resp_1"))
        if reply.streamed
        else reply
    )


@on_reply(breaks="responses.object-is-response")
def object_is_text_completion(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``object`` names another kind of object."""
    return change_json_response(reply, set_fields(object="text_completion"))


@on_reply(breaks="responses.object-is-response")
def final_snapshot_lacks_object(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``response`` in a stream's terminal event has no ``object``."""
    return change_final_snapshot(reply, remove_fields("object"))


def _change_if_no_tools(
    request: GatewayRequest, reply: GatewayResponse, change: Change
) -> GatewayResponse:
    """Change a JSON response unless its request has tools."""
    return reply if request.field("tools") else change_json_response(reply, change)


@on_reply(breaks=OUTPUT_IS_AN_ARRAY)
def output_null(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The ``output`` of a JSON response is ``null``."""
    return _change_if_no_tools(request, reply, set_fields(output=None))


@on_reply(breaks=OUTPUT_IS_AN_ARRAY)
def output_missing(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A JSON response has no ``output``."""
    return _change_if_no_tools(request, reply, remove_fields("output"))


@on_reply(breaks=OUTPUT_IS_AN_ARRAY)
def output_is_string(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``output`` of a JSON response is a string."""
    return _change_if_no_tools(request, reply, set_fields(output="Hello"))


@on_reply(breaks=OUTPUT_IS_AN_ARRAY)
def final_snapshot_lacks_output(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``response`` in a stream's terminal event has no ``output``."""
    return (
        reply
        if request.field("tools")
        else change_final_snapshot(reply, remove_fields("output"))
    )
