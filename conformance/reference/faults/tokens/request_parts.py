"""Faults that break requirements of ``contract/tokens/request_parts.py``."""

from typing import Any

from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    change_each_response,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _instructions_of(request: GatewayRequest) -> str:
    """Return the instructions of a request, or "" if its prompt is not a string."""
    instructions, input_ = request.field("instructions"), request.field("input")
    both_strings = isinstance(instructions, str) and isinstance(input_, str)
    return instructions if request.is_create and both_strings else ""


def _answer_changed(
    gateway: Gateway, request: GatewayRequest, changed: GatewayRequest
) -> GatewayResponse:
    """Answer the changed request, but echo the ``instructions`` of the client."""
    instructions = request.field("instructions")
    return change_each_response(
        gateway.answer(changed), set_fields(instructions=instructions)
    )


@on_request(
    breaks={
        "tokens.instructions-count-like-prompt-text",
        "tokens.instructions-count-in-streams",
    }
)
def instructions_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``instructions`` are not passed on to the model."""
    if not _instructions_of(request):
        return request
    return _answer_changed(gateway, request, request.without_fields("instructions"))


@on_request(breaks="tokens.instructions-count-like-prompt-text")
def instructions_sent_twice(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``instructions`` are passed on twice, the second time as a system message."""
    instructions, input_ = _instructions_of(request), request.field("input")
    if not instructions:
        return request
    messages = [
        {"role": "system", "content": instructions},
        {"role": "user", "content": input_},
    ]
    return _answer_changed(gateway, request, request.with_fields(input=messages))


@on_request(breaks="tokens.instructions-count-in-streams")
def instructions_dropped_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``instructions`` of a streaming request are not passed on."""
    if not request.wants_stream or not _instructions_of(request):
        return request
    return _answer_changed(gateway, request, request.without_fields("instructions"))


def _messages_of(request: GatewayRequest) -> list[Json]:
    """Return the messages of a request; none if its ``input`` has other items, too."""
    input_ = request.field("input") if request.is_create else None
    items = input_ if isinstance(input_, list) else []
    return items if all(isinstance(m, dict) and "role" in m for m in items) else []


@on_request(breaks="tokens.every-message-is-counted")
def system_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """System and developer messages are not passed on."""
    messages = _messages_of(request)
    remaining = [m for m in messages if m["role"] not in ("system", "developer")]
    return (
        request.with_fields(input=remaining)
        if remaining != messages and remaining
        else request
    )


@on_request(breaks="tokens.every-message-is-counted")
def developer_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Developer messages are not passed on."""
    messages = _messages_of(request)
    remaining = [m for m in messages if m["role"] != "developer"]
    return (
        request.with_fields(input=remaining)
        if remaining != messages and remaining
        else request
    )


@on_request(breaks="tokens.every-message-is-counted")
def early_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Only the last three messages of an input are passed on."""
    messages = _messages_of(request)
    return request.with_fields(input=messages[-3:]) if len(messages) > 3 else request


@on_request(breaks="tokens.every-message-is-counted")
def message_parts_dropped(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A message with content parts is dropped from an input of string messages."""
    messages = _messages_of(request)
    plain = [m for m in messages if isinstance(m.get("content"), str)]
    return (
        request.with_fields(input=plain) if 3 < len(plain) < len(messages) else request
    )
