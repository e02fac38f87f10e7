"""Faults that break requirements of `contract/tools/calls.py`."""

import json
from collections.abc import Callable
from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_item, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def function_calls(response: Json) -> list[Json]:
    """Return the function calls in the output of a response."""
    return [item for item in response["output"] if item["type"] == "function_call"]


def change_required_calls_in_json(
    request: GatewayRequest, reply: GatewayResponse, change: Callable[[Json], Json]
) -> GatewayResponse:
    """Change each call in a JSON reply to a request with ``tool_choice: required``."""

    def change_call(item: Json) -> Json:
        return change(item) if item["type"] == "function_call" else item

    return (
        change_each_item(reply, change_call)
        if request.field("tool_choice") == "required" and not request.wants_stream
        else reply
    )


@on_reply(breaks={"tools.call-has-a-call-id", "sdk.reads-a-response"})
def call_id_missing(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A function call in a JSON response has no ``call_id``, only an ``id``."""
    return change_required_calls_in_json(
        request, reply, lambda call: {k: v for k, v in call.items() if k != "call_id"}
    )


@on_reply(breaks="tools.call-has-a-call-id")
def call_id_empty(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """``call_id`` of a function call in a JSON response is the empty string."""
    return change_required_calls_in_json(
        request, reply, lambda call: {**call, "call_id": ""}
    )


@on_reply(breaks="tools.call-has-a-name")
def call_name_null(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """``name`` of a function call in a JSON response is ``null``."""
    return change_required_calls_in_json(
        request, reply, lambda call: {**call, "name": None}
    )


@on_reply(breaks="tools.arguments-are-a-string")
def call_arguments_are_object(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``arguments`` of a function call in a JSON response is an object."""
    return change_required_calls_in_json(
        request,
        reply,
        lambda call: {**call, "arguments": json.loads(call["arguments"])},
    )


@on_reply(breaks="tools.arguments-are-one-json-object")
def call_arguments_truncated(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``arguments`` of a function call in a JSON response lacks its last character."""
    return change_required_calls_in_json(
        request, reply, lambda call: {**call, "arguments": call["arguments"][:-1]}
    )


@on_reply(breaks="tools.arguments-are-one-json-object")
def call_arguments_concatenated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Parallel calls are merged into one call with all their arguments."""

    def join(response: Json) -> Json:
        calls = function_calls(response)
        if len(calls) > 1:
            calls[0]["arguments"] = "".join(call["arguments"] for call in calls)
            response["output"] = [
                item for item in response["output"] if item not in calls[1:]
            ]
        return response

    return rebuild_stream(reply, join)


@on_reply(breaks="tools.arguments-match-their-function")
def call_arguments_swapped(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each of several parallel calls has the arguments of another call."""

    def shift(response: Json) -> Json:
        calls = function_calls(response)
        arguments = [call["arguments"] for call in calls]
        shifted = arguments[1:] + arguments[:1]
        for call, other_arguments in zip(calls, shifted, strict=True):
            call["arguments"] = other_arguments
        return response

    return rebuild_stream(reply, shift)


@on_reply(
    breaks={"tools.call-ids-differ-within-a-response", "sdk.accumulates-a-stream"}
)
def call_id_shared_by_all_calls(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """All calls of a response have the ``call_id`` of the first call."""

    def share(response: Json) -> Json:
        calls = function_calls(response)
        for call in calls:
            call["call_id"] = calls[0]["call_id"]
        return response

    return rebuild_stream(reply, share)
