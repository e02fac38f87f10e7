"""Faults that break requirements of `contract/transport/methods.py`."""

import gzip
from collections.abc import Iterable
from dataclasses import replace

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.transport.http import Sent, joined, with_body
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import (
    Chunk,
    GatewayResponse,
    ResponseHead,
)


def _reads_no_gzip(asked: GatewayRequest) -> bool:
    return asked.headers.get("accept-encoding") == "identity"


@on_wire(breaks="transport.identity-is-respected")
def compressed_for_everybody(
    asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> Sent:
    """Whoever reads no compression gets it all the same."""
    if not _reads_no_gzip(asked):
        return head, chunks
    packed = gzip.compress(joined(chunks))
    return with_body(head.with_header("content-encoding", "gzip"), packed)


@on_request(breaks="transport.other-method-makes-no-answer")
def get_makes_an_answer(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """A GET with a body is as good as a POST."""
    lists = asked.path == "/v1/responses" and asked.method == "GET"
    return replace(asked, method="POST") if lists else asked


@on_request(breaks="transport.other-method-breaks-nothing")
def patch_crashes(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A PATCH meets an exception."""
    if asked.method != "PATCH":
        return asked
    refused = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(breaks="transport.other-method-is-405")
def other_method_is_404(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Another method makes the endpoint disappear."""
    return replace(reply, status=404) if reply.status == 405 else reply


@on_reply(breaks="transport.405-lists-allowed-methods")
def allow_missing(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A 405 does not tell what is allowed."""
    return replace(reply, headers={}) if reply.status == 405 else reply
