"""Faults that break requirements of `contract/auth/keys.py`."""

import hashlib
from collections.abc import Iterable

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.auth.credentials import token
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead


def _retold(reply: GatewayResponse, change: str) -> GatewayResponse:
    """Refuse a key in other words; ``change`` stands behind the message."""
    if reply.status != 401:
        return reply
    error = reply.payload["error"]
    message = f"{error['message']} {change}"
    return reply.with_payload({"error": {**error, "message": message}})


@on_reply(breaks="auth.key-is-not-repeated")
def wrong_key_echoed(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The refusal quotes the key that was sent."""
    return _retold(reply, f"Received {token(asked)!r}.")


@on_reply(breaks="auth.key-is-not-repeated")
def end_of_the_key_echoed(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The refusal quotes the last eight characters of the key."""
    return _retold(reply, f"Received sk-***{token(asked)[-8:]}.")


@on_wire(breaks="auth.key-is-not-repeated")
def good_key_in_a_header(
    asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Every answer carries the caller's key in a header."""
    if asked.key is None:
        return head, chunks
    return head.with_header("x-consumer", token(asked)), chunks


@on_reply(breaks="auth.key-hash-is-not-told")
def key_hash_told(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The refusal names the hash by which the key was looked up."""
    digest = hashlib.sha256(token(asked).encode()).hexdigest()
    return _retold(reply, f"Key hash: {digest}.")


@on_request(breaks="auth.good-key-stays-good")
def good_key_sometimes_refused(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """One of several instances has not heard of the key."""
    if asked.raw != b'{"model":':
        return asked
    seen = gateway.notes["seen"] = gateway.notes.get("seen", 0) + 1
    if seen % 4:
        return asked
    refused = ApiError(401, "Unknown API key.", code="invalid_api_key")
    reply = GatewayResponse(401, payload=refused.envelope())
    return reply.with_headers(www_authenticate="Bearer")
