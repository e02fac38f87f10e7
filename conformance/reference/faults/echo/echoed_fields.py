"""Defects of the echo: an answer that repeats what was not sent."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import each_response, having, json_response
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

Json = Any


@on_reply(breaks="echo.instructions")
def instructions_replaced(asked: Asked, reply: Reply) -> Reply:
    """The instructions of an answer are the gateway's own."""
    if not asked.member("instructions"):
        return reply
    return each_response(reply, having(instructions="You are a coding agent."))


@on_reply(breaks="echo.no-foreign-instructions")
def instructions_of_the_gateway(asked: Asked, reply: Reply) -> Reply:
    """An answer has instructions, though the request had none."""
    if asked.member("instructions") is not None:
        return reply
    return each_response(reply, having(instructions="You are a coding agent."))


@on_reply(breaks={"echo.temperature", "echo.top-p"})
def sampling_defaults_echoed(_asked: Asked, reply: Reply) -> Reply:
    """The sampling parameters of an answer are the defaults."""
    return json_response(reply, having(temperature=1.0, top_p=1.0))


@on_reply(breaks="echo.max-output-tokens")
def cap_clamped(_asked: Asked, reply: Reply) -> Reply:
    """The cap of an answer is the gateway's own."""
    return json_response(reply, having(max_output_tokens=4096))


@on_reply(breaks="echo.max-output-tokens", profiles={"openai", "openresponses"})
def cap_not_echoed(_asked: Asked, reply: Reply) -> Reply:
    """The cap of an answer is null."""
    return json_response(reply, having(max_output_tokens=None))


@on_reply(breaks="echo.tool-choice")
def default_choice_echoed(_asked: Asked, reply: Reply) -> Reply:
    """The tool choice of an answer is the default."""
    return json_response(reply, having(tool_choice="auto"))


@on_reply(breaks="echo.truncation")
def truncation_switched(_asked: Asked, reply: Reply) -> Reply:
    """The truncation of an answer is disabled, whatever was asked for."""
    return json_response(reply, having(truncation="disabled"))


@on_reply(breaks="echo.metadata")
def metadata_emptied(_asked: Asked, reply: Reply) -> Reply:
    """The metadata of an answer is empty."""
    return json_response(reply, having(metadata={}))


@on_reply(breaks="echo.previous-response-id")
def previous_id_replaced(asked: Asked, reply: Reply) -> Reply:
    """The previous_response_id of an answer is the upstream's."""
    if not asked.member("previous_response_id"):
        return reply
    return json_response(reply, having(previous_response_id="chatcmpl-1"))
