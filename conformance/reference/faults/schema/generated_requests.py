"""Faults that only generated requests trigger, by values that no other probe sends."""

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


def _server_error() -> GatewayResponse:
    error = ApiError(500, "The server could not answer.", code="internal_error")
    return GatewayResponse(500, payload=error.envelope())


def _error_without_reason() -> GatewayResponse:
    error = ApiError(400, "Bad request.", code="no")
    return GatewayResponse(400, payload=error.envelope())


def _walk(value: Json) -> Iterator[Json]:
    """Yield a JSON value and every value inside it."""
    yield value
    children = value.values() if isinstance(value, dict) else value
    for child in children if isinstance(value, dict | list) else ():
        yield from _walk(child)


def _parts(request: GatewayRequest) -> Iterator[Json]:
    """Yield the content parts of all messages in the input."""
    items = request.field("input")
    for item in items if isinstance(items, list) else ():
        content = item.get("content") if isinstance(item, dict) else None
        yield from content if isinstance(content, list) else ()


@on_request(breaks=NEVER_5XX)
def non_ascii_instructions_crash(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Non-ASCII `instructions` cause a 500."""
    instructions = request.field("instructions")
    is_non_ascii = isinstance(instructions, str) and not instructions.isascii()
    return _server_error() if is_non_ascii else request


@on_request(breaks=NEVER_5XX)
def null_tool_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool that is `null` causes a 500."""
    tools = request.field("tools")
    has_null = isinstance(tools, list) and None in tools
    return _server_error() if has_null else request


@on_request(breaks=NEVER_5XX)
def nested_array_input_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An array in `input` whose only element is an array causes a 500."""
    has_nested_array = any(
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
        for value in _walk(request.field("input"))
    )
    return _server_error() if has_nested_array else request


@on_request(breaks=NEVER_5XX)
def long_field_name_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A non-ASCII field name of more than 16 characters causes a 500."""
    names = request.body if isinstance(request.body, dict) else {}
    is_long = any(len(name) > 16 and not name.isascii() for name in names)
    return _server_error() if is_long else request


@on_request(breaks="schema.missing-required-field-is-refused")
def empty_request_object_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A body with neither `model` nor `input` is answered by a default model."""
    body = request.body if request.is_create else None
    if isinstance(body, dict) and not body.keys() & {"model", "input"}:
        return request.with_fields(model="scripted-1")
    return request


@on_request(breaks="schema.incomplete-object-is-refused")
def content_part_without_text_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A content part without `text` is accepted as if its `text` were empty."""
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
    """The `description` of a tool is dropped if it is not a string."""
    tools = request.field("tools")
    cleaned = [
        {k: v for k, v in tool.items() if k != "description" or isinstance(v, str)}
        if isinstance(tool, dict)
        else tool
        for tool in (tools if isinstance(tools, list) else ())
    ]
    return request.with_fields(tools=cleaned) if cleaned else request


@on_request(breaks="schema.unknown-enum-value-is-refused")
def unknown_content_part_type_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A content part of an unknown type is accepted as `input_text`."""
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
    """A message that has a field with an empty name is rejected without a reason."""
    items = [] if request.field("tools") else request.field("input")
    has_empty_name = isinstance(items, list) and any(
        isinstance(item, dict) and "" in item for item in items
    )
    return _error_without_reason() if has_empty_name else request


@on_request(breaks="schema.null-means-absent")
def null_reasoning_summary_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `reasoning.summary` that is `null` is rejected."""
    reasoning = request.field("reasoning")
    if isinstance(reasoning, dict) and reasoning.get("summary", "") is None:
        error = ApiError(
            400, "'reasoning.summary' is null.", param="reasoning", code="invalid_type"
        )
        return GatewayResponse(400, payload=error.envelope())
    return request


@on_request(breaks="schema.unspecified-form-is-accepted-or-clearly-refused")
def untyped_tool_parameters_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool whose `parameters` have no `type` is rejected without a reason."""
    tools = request.field("tools")
    for tool in tools if isinstance(tools, list) else ():
        schema = tool.get("parameters") if isinstance(tool, dict) else None
        if isinstance(schema, dict) and "type" not in schema:
            return _error_without_reason()
    return request


@on_reply(breaks="schema.response-matches-the-openapi-document")
def reasoning_role_is_number(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A reasoning item has a numeric `role` if the request has `reasoning.summary`."""
    reasoning = request.field("reasoning")
    if not isinstance(reasoning, dict) or "summary" not in reasoning:
        return reply

    def set_role(response: Json) -> Json:
        for item in response["output"]:
            if item.get("type") == "reasoning":
                item["role"] = 1
        return response

    return change_each_response(reply, set_role)
