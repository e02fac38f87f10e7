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


def _parts(asked: GatewayRequest) -> Iterator[Json]:
    items = asked.field("input")
    for item in items if isinstance(items, list) else ():
        content = item.get("content") if isinstance(item, dict) else None
        yield from content if isinstance(content, list) else ()


@on_request(breaks=NEVER_5XX)
def ascii_instructions_alone(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions with a letter beyond ASCII are a server error."""
    told = asked.field("instructions")
    odd = isinstance(told, str) and not told.isascii()
    return _broken_down() if odd else asked


@on_request(breaks=NEVER_5XX)
def tools_that_are_nothing(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool that is null is a server error."""
    tools = asked.field("tools")
    odd = isinstance(tools, list) and None in tools
    return _broken_down() if odd else asked


@on_request(breaks=NEVER_5XX)
def arrays_inside_arrays(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An array in the input that holds nothing but an array is a server error."""
    inside = any(
        isinstance(value, list) and len(value) == 1 and isinstance(value[0], list)
        for value in _all(asked.field("input"))
    )
    return _broken_down() if inside else asked


@on_request(breaks=NEVER_5XX)
def long_names_overflow(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown member whose name is longer than sixteen letters is a server error."""
    names = asked.body if isinstance(asked.body, dict) else {}
    odd = any(len(name) > 16 and not name.isascii() for name in names)
    return _broken_down() if odd else asked


@on_request(breaks="schema.missing-required-is-refused")
def a_model_for_nobody(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """An object that names neither a model nor an input is answered by some model."""
    asks = asked.body if asked.is_create else None
    if isinstance(asks, dict) and not asks.keys() & {"model", "input"}:
        return asked.with_fields(model="scripted-1")
    return asked


@on_request(breaks="schema.incomplete-member-is-refused")
def parts_without_text(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A content part without its text counts as an empty one."""
    for part in _parts(asked):
        if isinstance(part, dict) and part.get("type") == "input_text":
            part.setdefault("text", "")
    return asked.with_body(asked.body) if any(True for _ in _parts(asked)) else asked


@on_request(breaks="schema.wrong-type-is-refused")
def any_description_of_a_tool(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The description of a tool is dropped when it is no text."""
    tools = asked.field("tools")
    kept = [
        {k: v for k, v in tool.items() if k != "description" or isinstance(v, str)}
        if isinstance(tool, dict)
        else tool
        for tool in (tools if isinstance(tools, list) else ())
    ]
    return asked.with_fields(tools=kept) if kept else asked


@on_request(breaks="schema.enum-is-enforced")
def any_kind_of_part(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A content part of an unknown type is read as a text."""
    known = {"input_text", "output_text", "input_image", "input_file", "refusal"}
    changed = False
    for part in _parts(asked):
        kind = part.get("type") if isinstance(part, dict) else None
        if isinstance(kind, str) and kind not in known and "text" in part:
            part["type"] = "input_text"
            changed = True
    return asked.with_body(asked.body) if changed else asked


@on_request(breaks="schema.valid-is-answered")
def odd_names_are_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A toolless message with a nameless member is refused without a word."""
    items = [] if asked.field("tools") else asked.field("input")
    odd = isinstance(items, list) and any(
        isinstance(item, dict) and "" in item for item in items
    )
    return _refused_in_silence() if odd else asked


@on_request(breaks="schema.null-acts-as-absent")
def no_null_in_reasoning(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Reasoning is refused when its summary is null."""
    thought = asked.field("reasoning")
    if isinstance(thought, dict) and thought.get("summary", "") is None:
        refused = ApiError(
            400, "'reasoning.summary' is null.", param="reasoning", code="invalid_type"
        )
        return GatewayResponse(400, payload=refused.envelope())
    return asked


@on_request(breaks="schema.doubtful-is-answered-or-named")
def bare_tools_are_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A tool whose parameters name no type is refused without a word."""
    tools = asked.field("tools")
    for tool in tools if isinstance(tools, list) else ():
        shape = tool.get("parameters") if isinstance(tool, dict) else None
        if isinstance(shape, dict) and "type" not in shape:
            return _refused_in_silence()
    return asked


@on_reply(breaks="schema.response-fits-the-document")
def reasoning_with_a_role(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where a summary is asked for, a reasoning item has a number for its role."""
    thought = asked.field("reasoning")
    if not isinstance(thought, dict) or "summary" not in thought:
        return reply

    def told(response: Json) -> Json:
        for item in response["output"]:
            if item.get("type") == "reasoning":
                item["role"] = 1
        return response

    return change_each_response(reply, told)
