"""Faults that break requirements of `contract/echo/echoed_fields.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_each_response,
    change_json_response,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


@on_reply(breaks="echo.instructions-as-sent")
def echoed_instructions_replaced(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The response echoes the gateway's instructions instead of the client's."""
    if not request.field("instructions"):
        return reply
    return change_each_response(
        reply, set_fields(instructions="You are a coding agent.")
    )


@on_reply(breaks="echo.no-instructions-are-added")
def instructions_added_to_echo(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The response contains `instructions`, although the request has none."""
    if request.field("instructions") is not None:
        return reply
    return change_each_response(
        reply, set_fields(instructions="You are a coding agent.")
    )


@on_reply(breaks={"echo.temperature-as-sent", "echo.top-p-as-sent"})
def echoed_sampling_always_default(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has the default `temperature` and `top_p`."""
    return change_json_response(reply, set_fields(temperature=1.0, top_p=1.0))


@on_reply(breaks="echo.max-output-tokens-as-sent")
def echoed_max_output_tokens_replaced(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has a `max_output_tokens` of 4096."""
    return change_json_response(reply, set_fields(max_output_tokens=4096))


@on_reply(breaks="echo.max-output-tokens-as-sent", profiles={"openai", "openresponses"})
def echoed_max_output_tokens_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has `null` as `max_output_tokens`."""
    return change_json_response(reply, set_fields(max_output_tokens=None))


@on_reply(breaks="echo.tool-choice-as-sent")
def echoed_tool_choice_always_auto(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has the default `tool_choice`, `auto`."""
    return change_json_response(reply, set_fields(tool_choice="auto"))


@on_reply(breaks="echo.truncation-as-sent")
def echoed_truncation_always_disabled(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has the default `truncation`, `disabled`."""
    return change_json_response(reply, set_fields(truncation="disabled"))


@on_reply(breaks="echo.metadata-as-sent")
def echoed_metadata_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response always has `metadata` without entries."""
    return change_json_response(reply, set_fields(metadata={}))


@on_reply(breaks="echo.previous-response-id-as-sent")
def echoed_previous_id_replaced(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The `previous_response_id` of a JSON response is the upstream's id."""
    if not request.field("previous_response_id"):
        return reply
    return change_json_response(reply, set_fields(previous_response_id="chatcmpl-1"))
