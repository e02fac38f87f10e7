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


def _speech_of(asked: GatewayRequest) -> str:
    """The instructions of a request whose prompt is a text, or nothing."""
    said, given = asked.field("instructions"), asked.field("input")
    plain = asked.is_create and isinstance(said, str) and isinstance(given, str)
    return said if plain else ""


def _answered(
    gateway: Gateway, asked: GatewayRequest, changed: GatewayRequest
) -> GatewayResponse:
    """Answer another request, and repeat the client's own instructions."""
    said = asked.field("instructions")
    return change_each_response(gateway.answer(changed), set_fields(instructions=said))


@on_request(
    breaks={
        "tokens.instructions-are-charged-as-text",
        "tokens.instructions-cost-in-a-stream-too",
    }
)
def instructions_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are not passed on."""
    if not _speech_of(asked):
        return asked
    return _answered(gateway, asked, asked.without_fields("instructions"))


@on_request(breaks="tokens.instructions-are-charged-as-text")
def instructions_sent_twice(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are passed on as such, and once more as a message."""
    said, given = _speech_of(asked), asked.field("input")
    if not said:
        return asked
    messages = [
        {"role": "system", "content": said},
        {"role": "user", "content": given},
    ]
    return _answered(gateway, asked, asked.with_fields(input=messages))


@on_request(breaks="tokens.instructions-cost-in-a-stream-too")
def instructions_dropped_in_streams(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Instructions are not passed on where a stream is asked for."""
    if not asked.wants_stream or not _speech_of(asked):
        return asked
    return _answered(gateway, asked, asked.without_fields("instructions"))


def _messages_of(asked: GatewayRequest) -> list[Json]:
    """The messages of a request whose input holds nothing else, or none."""
    given = asked.field("input") if asked.is_create else None
    items = given if isinstance(given, list) else []
    return items if all(isinstance(m, dict) and "role" in m for m in items) else []


@on_request(breaks="tokens.every-message-is-read")
def system_messages_dropped(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """Messages of a system or developer are not passed on."""
    messages = _messages_of(asked)
    kept = [m for m in messages if m["role"] not in ("system", "developer")]
    return asked.with_fields(input=kept) if kept != messages and kept else asked


@on_request(breaks="tokens.every-message-is-read")
def developer_messages_dropped(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Messages of a developer are not passed on."""
    messages = _messages_of(asked)
    kept = [m for m in messages if m["role"] != "developer"]
    return asked.with_fields(input=kept) if kept != messages and kept else asked


@on_request(breaks="tokens.every-message-is-read")
def early_messages_dropped(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """The last three messages of a conversation are passed on, and none before."""
    messages = _messages_of(asked)
    return asked.with_fields(input=messages[-3:]) if len(messages) > 3 else asked


@on_request(breaks="tokens.every-message-is-read")
def parts_read_as_nothing(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A message in parts is passed on without them, beside messages of plain text."""
    messages = _messages_of(asked)
    plain = [m for m in messages if isinstance(m.get("content"), str)]
    return asked.with_fields(input=plain) if 3 < len(plain) < len(messages) else asked
