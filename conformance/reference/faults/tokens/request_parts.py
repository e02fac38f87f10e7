"""Faults that break requirements of `contract/tokens/request_parts.py`."""

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


def _speech_of(request: GatewayRequest) -> str:
    """The instructions of a request whose prompt is a text, or nothing."""
    said, given = request.field("instructions"), request.field("input")
    plain = request.is_create and isinstance(said, str) and isinstance(given, str)
    return said if plain else ""


def _answered(
    gateway: Gateway, request: GatewayRequest, changed: GatewayRequest
) -> GatewayResponse:
    """Answer another request, and repeat the client's own instructions."""
    said = request.field("instructions")
    return change_each_response(gateway.answer(changed), set_fields(instructions=said))


@on_request(
    breaks={
        "tokens.instructions-count-like-prompt-text",
        "tokens.instructions-count-in-streams",
    }
)
def instructions_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are not passed on."""
    if not _speech_of(request):
        return request
    return _answered(gateway, request, request.without_fields("instructions"))


@on_request(breaks="tokens.instructions-count-like-prompt-text")
def instructions_sent_twice(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are passed on as such, and once more as a message."""
    said, given = _speech_of(request), request.field("input")
    if not said:
        return request
    messages = [
        {"role": "system", "content": said},
        {"role": "user", "content": given},
    ]
    return _answered(gateway, request, request.with_fields(input=messages))


@on_request(breaks="tokens.instructions-count-in-streams")
def instructions_dropped_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are not passed on where a stream is asked for."""
    if not request.wants_stream or not _speech_of(request):
        return request
    return _answered(gateway, request, request.without_fields("instructions"))


def _messages_of(request: GatewayRequest) -> list[Json]:
    """The messages of a request whose input holds nothing else, or none."""
    given = request.field("input") if request.is_create else None
    items = given if isinstance(given, list) else []
    return items if all(isinstance(m, dict) and "role" in m for m in items) else []


@on_request(breaks="tokens.every-message-is-counted")
def system_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Messages of a system or developer are not passed on."""
    messages = _messages_of(request)
    kept = [m for m in messages if m["role"] not in ("system", "developer")]
    return request.with_fields(input=kept) if kept != messages and kept else request


@on_request(breaks="tokens.every-message-is-counted")
def developer_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Messages of a developer are not passed on."""
    messages = _messages_of(request)
    kept = [m for m in messages if m["role"] != "developer"]
    return request.with_fields(input=kept) if kept != messages and kept else request


@on_request(breaks="tokens.every-message-is-counted")
def early_messages_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The last three messages of a conversation are passed on, and none before."""
    messages = _messages_of(request)
    return request.with_fields(input=messages[-3:]) if len(messages) > 3 else request


@on_request(breaks="tokens.every-message-is-counted")
def message_parts_dropped(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A message in parts is passed on without them, beside messages of plain text."""
    messages = _messages_of(request)
    plain = [m for m in messages if isinstance(m.get("content"), str)]
    return (
        request.with_fields(input=plain) if 3 < len(plain) < len(messages) else request
    )
