"""Faults that break requirements of `contract/auth/failures.py`."""

from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.fault import on_reply, on_wire
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    STREAM_TYPE,
    Chunk,
    GatewayResponse,
    ResponseHead,
)


@on_reply(breaks="auth.failure-returns-401-or-403")
def auth_failure_returns_400(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An invalid key is rejected with 400."""
    return replace(reply, status=400) if reply.status == 401 else reply


@on_reply(breaks="auth.failure-returns-401-or-403")
def auth_failure_returns_404(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An invalid key is rejected with 404."""
    return replace(reply, status=404) if reply.status == 401 else reply


@on_reply(breaks="auth.failure-returns-401")
def auth_failure_returns_403(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An invalid key is rejected with 403."""
    return replace(reply, status=403) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """401 responses have no `WWW-Authenticate` header."""
    return replace(reply, headers={}) if reply.status == 401 else reply


@on_reply(breaks="auth.challenge-names-the-scheme")
def challenge_names_basic(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`WWW-Authenticate` of a 401 names only the scheme `Basic`."""
    if reply.status != 401:
        return reply
    return reply.with_headers(www_authenticate='Basic realm="gateway"')


@on_reply(breaks="auth.failure-contains-no-output")
def unauthorized_contains_output(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 body contains the model's output."""
    if reply.status != 401:
        return reply
    output = [{"type": "message", "content": [{"type": "output_text", "text": "Hi"}]}]
    return reply.with_payload({**reply.payload, "output": output})


@on_wire(
    breaks={
        "auth.failure-contains-no-output",
        "errors.body-has-an-error-object",
        "transport.error-is-not-an-event-stream",
    }
)
def stream_after_401(
    _request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A 401 is sent as an event stream with a text delta."""
    if head.status != 401:
        return head, chunks
    event = b'data: {"type":"response.output_text.delta","delta":"Hi"}\n\n'
    stream_head = head.without_headers("content-length").with_header(
        "content-type", STREAM_TYPE
    )
    return stream_head, [Chunk(event)]
