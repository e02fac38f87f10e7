"""Faults that break requirements of `contract/auth/keys.py`."""

import hashlib
from collections.abc import Iterable

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.auth.credentials import read_token
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import Chunk, GatewayResponse, ResponseHead


def _with_detail(reply: GatewayResponse, detail: str) -> GatewayResponse:
    """Return a 401 with ``detail`` after its error message; other replies unchanged."""
    if reply.status != 401:
        return reply
    error = reply.payload["error"]
    message = f"{error['message']} {detail}"
    return reply.with_payload({"error": {**error, "message": message}})


@on_reply(breaks="auth.key-is-not-leaked")
def key_leaked_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the key that was sent."""
    return _with_detail(reply, f"Received {read_token(request)!r}.")


@on_reply(breaks="auth.key-is-not-leaked")
def key_suffix_leaked_in_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a 401 contains the last eight characters of the key."""
    return _with_detail(reply, f"Received sk-***{read_token(request)[-8:]}.")


@on_wire(breaks="auth.key-is-not-leaked")
def key_leaked_in_header(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """Every response to a valid key contains this key in a header."""
    if request.key is None:
        return head, chunks
    return head.with_header("x-consumer", read_token(request)), chunks


@on_reply(breaks="auth.key-hash-is-not-leaked")
def key_hash_leaked(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The message of a 401 contains the SHA-256 hash of the key that was sent."""
    digest = hashlib.sha256(read_token(request).encode()).hexdigest()
    return _with_detail(reply, f"Key hash: {digest}.")


@on_request(breaks="auth.valid-key-is-always-accepted")
def valid_key_sometimes_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Every fourth request with truncated JSON is rejected with 401."""
    if request.raw != b'{"model":':
        return request
    count = gateway.fault_state["seen"] = gateway.fault_state.get("seen", 0) + 1
    if count % 4:
        return request
    error = ApiError(401, "Unknown API key.", code="invalid_api_key")
    reply = GatewayResponse(401, payload=error.envelope())
    return reply.with_headers(www_authenticate="Bearer")
