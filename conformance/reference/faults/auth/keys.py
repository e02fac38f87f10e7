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


@on_reply(breaks="auth.key-is-not-leaked")
def key_leaked_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The refusal quotes the key that was sent."""
    return _retold(reply, f"Received {token(request)!r}.")


@on_reply(breaks="auth.key-is-not-leaked")
def key_suffix_leaked_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The refusal quotes the last eight characters of the key."""
    return _retold(reply, f"Received sk-***{token(request)[-8:]}.")


@on_wire(breaks="auth.key-is-not-leaked")
def key_leaked_in_header(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Every answer carries the caller's key in a header."""
    if request.key is None:
        return head, chunks
    return head.with_header("x-consumer", token(request)), chunks


@on_reply(breaks="auth.key-hash-is-not-leaked")
def key_hash_leaked(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The refusal names the hash by which the key was looked up."""
    digest = hashlib.sha256(token(request).encode()).hexdigest()
    return _retold(reply, f"Key hash: {digest}.")


@on_request(breaks="auth.valid-key-is-always-accepted")
def valid_key_sometimes_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """One of several instances has not heard of the key."""
    if request.raw != b'{"model":':
        return request
    seen = gateway.notes["seen"] = gateway.notes.get("seen", 0) + 1
    if seen % 4:
        return request
    refused = ApiError(401, "Unknown API key.", code="invalid_api_key")
    reply = GatewayResponse(401, payload=refused.envelope())
    return reply.with_headers(www_authenticate="Bearer")
