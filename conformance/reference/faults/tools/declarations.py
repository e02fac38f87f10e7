"""Faults that break requirements of `contract/tools/declarations.py`."""

import json

from conformance.reference.fault import on_reply
from conformance.reference.faults.tools.calls import (
    Json,
    change_required_calls_in_json,
    function_calls,
)
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id, text_part
from conformance.reference.response_message import GatewayResponse


@on_reply(breaks="tools.no-call-without-tools")
def call_without_tools(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response contains a function call although ``tools`` is empty."""

    def add_call(response: Json) -> Json:
        response["output"].append(
            {
                "type": "function_call",
                "id": new_id("fc"),
                "call_id": new_id("call"),
                "name": "get_weather",
                "arguments": "{}",
                "status": "completed",
            }
        )
        return response

    return rebuild_stream(reply, add_call) if request.field("tools") == [] else reply


@on_reply(breaks="tools.calls-name-a-declared-function")
def called_function_renamed(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``name`` of a function call has the prefix ``functions.``."""
    return change_required_calls_in_json(
        request, reply, lambda call: {**call, "name": f"functions.{call['name']}"}
    )


@on_reply(breaks="tools.call-markup-is-not-in-text")
def tool_call_markup_in_text(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """With ``tool_choice: auto``, calls are returned as text in ``<tool_call>``."""

    def write_as_text(response: Json) -> Json:
        for call in function_calls(response):
            body = json.dumps({"name": call["name"], "arguments": call["arguments"]})
            text = f"<tool_call>{body}</tool_call>"
            for name in ("call_id", "name", "arguments"):
                del call[name]
            fields = {"role": "assistant", "content": [text_part(text)]}
            call.update({"type": "message", **fields})
        return response

    return (
        rebuild_stream(reply, write_as_text)
        if request.field("tool_choice") == "auto"
        else reply
    )


@on_reply(breaks="tools.echoed-tools-match-the-request")
def undeclared_tool_in_echo(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Echoed ``tools`` contain a function that the request does not declare."""
    tool = {"type": "function", "name": "search_web", "parameters": {"type": "object"}}

    def add_tool(response: Json) -> Json:
        return {**response, "tools": [*response["tools"], tool]}

    return change_each_response(reply, add_tool) if request.field("tools") else reply


@on_reply(breaks="tools.echoed-tools-match-the-request")
def echoed_tools_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Echoed ``tools`` are always empty."""
    return change_each_response(reply, lambda response: {**response, "tools": []})
