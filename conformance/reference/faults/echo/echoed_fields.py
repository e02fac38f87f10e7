"""Defects of the echo: an answer that repeats what was not sent."""

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


@on_reply(breaks="echo.instructions")
def instructions_replaced(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The instructions of an answer are the gateway's own."""
    if not asked.field("instructions"):
        return reply
    return change_each_response(
        reply, set_fields(instructions="You are a coding agent.")
    )


@on_reply(breaks="echo.no-foreign-instructions")
def instructions_of_the_gateway(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer has instructions, though the request had none."""
    if asked.field("instructions") is not None:
        return reply
    return change_each_response(
        reply, set_fields(instructions="You are a coding agent.")
    )


@on_reply(breaks={"echo.temperature", "echo.top-p"})
def sampling_defaults_echoed(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The sampling parameters of an answer are the defaults."""
    return change_json_response(reply, set_fields(temperature=1.0, top_p=1.0))


@on_reply(breaks="echo.max-output-tokens")
def cap_clamped(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The cap of an answer is the gateway's own."""
    return change_json_response(reply, set_fields(max_output_tokens=4096))


@on_reply(breaks="echo.max-output-tokens", profiles={"openai", "openresponses"})
def cap_not_echoed(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The cap of an answer is null."""
    return change_json_response(reply, set_fields(max_output_tokens=None))


@on_reply(breaks="echo.tool-choice")
def default_choice_echoed(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The tool choice of an answer is the default."""
    return change_json_response(reply, set_fields(tool_choice="auto"))


@on_reply(breaks="echo.truncation")
def truncation_switched(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The truncation of an answer is disabled, whatever was asked for."""
    return change_json_response(reply, set_fields(truncation="disabled"))


@on_reply(breaks="echo.metadata")
def metadata_emptied(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The metadata of an answer is empty."""
    return change_json_response(reply, set_fields(metadata={}))


@on_reply(breaks="echo.previous-response-id")
def previous_id_replaced(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The previous_response_id of an answer is the upstream's."""
    if not asked.field("previous_response_id"):
        return reply
    return change_json_response(reply, set_fields(previous_response_id="chatcmpl-1"))
