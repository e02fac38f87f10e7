"""Faults that only generated requests reach: odd values in places where few look."""

from collections.abc import Iterator
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


NEVER_5XX = "errors.never-a-server-error"


def _broken_down() -> GatewayResponse:
    refused = ApiError(500, "The server could not answer.", code="internal_error")
    return GatewayResponse(500, payload=refused.envelope())


def _refused_in_silence() -> GatewayResponse:
    return GatewayResponse(
        400, payload=ApiError(400, "Bad request.", code="no").envelope()
    )


def _all(value: Json) -> Iterator[Json]:
    """Walk a JSON value, itself included."""
    yield value
    below = value.values() if isinstance(value, dict) else value
    for child in below if isinstance(value, dict | list) else ():
        yield from _all(child)


def _parts(request: GatewayRequest) -> Iterator[Json]:
    items = request.field("input")
    for item in items if isinstance(items, list) else ():
        content = item.get("content") if isinstance(item, dict) else None
        yield from content if isinstance(content, list) else ()


@on_request(breaks=NEVER_5XX)
def non_ascii_instructions_crash(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions with a letter beyond ASCII are a server error."""
    told = request.field("instructions")
    odd = isinstance(told, str) and not told.isascii()
    return _broken_down() if odd else request


@on_request(breaks=NEVER_5XX)
def null_tool_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool that is null is a server error."""
    tools = request.field("tools")
    odd = isinstance(tools, list) and None in tools
    return _broken_down() if odd else request


@on_request(breaks=NEVER_5XX)
def nested_array_input_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An array in the input that holds nothing but an array is a server error."""
    inside = any(
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
        for value in _all(request.field("input"))
    )
    return _broken_down() if inside else request


@on_request(breaks=NEVER_5XX)
def long_field_name_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown member whose name is longer than sixteen letters is a server error."""
    names = request.body if isinstance(request.body, dict) else {}
    odd = any(len(name) > 16 and not name.isascii() for name in names)
    return _broken_down() if odd else request


@on_request(breaks="schema.missing-required-field-is-refused")
def empty_request_object_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """An object that names neither a model nor an input is answered by some model."""
    asks = request.body if request.is_create else None
    if isinstance(asks, dict) and not asks.keys() & {"model", "input"}:
        return request.with_fields(model="scripted-1")
    return request


@on_request(breaks="schema.incomplete-object-is-refused")
def content_part_without_text_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A content part without its text counts as an empty one."""
    for part in _parts(request):
        if isinstance(part, dict) and part.get("type") == "input_text":
            part.setdefault("text", "")
    return (
        request.with_body(request.body)
        if any(True for _ in _parts(request))
        else request
    )


@on_request(breaks="schema.wrong-field-type-is-refused")
def non_string_tool_description_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The description of a tool is dropped when it is no text."""
    tools = request.field("tools")
    kept = [
        {k: v for k, v in tool.items() if k != "description" or isinstance(v, str)}
        if isinstance(tool, dict)
        else tool
        for tool in (tools if isinstance(tools, list) else ())
    ]
    return request.with_fields(tools=kept) if kept else request


@on_request(breaks="schema.unknown-enum-value-is-refused")
def unknown_content_part_type_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A content part of an unknown type is read as a text."""
    known = {"input_text", "output_text", "input_image", "input_file", "refusal"}
    changed = False
    for part in _parts(request):
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, str) and kind not in known and "text" in part:
            part["type"] = "input_text"
            changed = True
    return request.with_body(request.body) if changed else request


@on_request(breaks="schema.valid-request-is-accepted-or-clearly-refused")
def empty_field_name_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A toolless message with a nameless member is refused without a word."""
    items = [] if request.field("tools") else request.field("input")
    odd = isinstance(items, list) and any(
        isinstance(item, dict) and "" in item for item in items
    )
    return _refused_in_silence() if odd else request


@on_request(breaks="schema.null-means-absent")
def null_reasoning_summary_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Reasoning is refused when its summary is null."""
    thought = request.field("reasoning")
    if isinstance(thought, dict) and thought.get("summary", "") is None:
        refused = ApiError(
            400, "'reasoning.summary' is null.", param="reasoning", code="invalid_type"
        )
        return GatewayResponse(400, payload=refused.envelope())
    return request


@on_request(breaks="schema.unspecified-form-is-accepted-or-clearly-refused")
def untyped_tool_parameters_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool whose parameters name no type is refused without a word."""
    tools = request.field("tools")
    for tool in tools if isinstance(tools, list) else ():
        shape = tool.get("parameters") if isinstance(tool, dict) else None
        if isinstance(shape, dict) and "type" not in shape:
            return _refused_in_silence()
    return request


@on_reply(breaks="schema.response-matches-the-openapi-document")
def reasoning_role_is_number(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where a summary is asked for, a reasoning item has a number for its role."""
    thought = request.field("reasoning")
    if not isinstance(thought, dict) or "summary" not in thought:
        return reply

    def told(response: Json) -> Json:
        for item in response["output"]:
            if item.get("type") == "reasoning":
                item["role"] = 1
        return response

    return change_each_response(reply, told)
