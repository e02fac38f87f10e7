"""Refusals that look unusual and are as honest as any."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _each_error(
    reply: GatewayResponse, change: Callable[[Json], Json]
) -> GatewayResponse:
    """Change the ``error`` of a refusal."""
    if not reply.is_rejection or not isinstance(reply.payload, dict):
        return reply
    return reply.with_payload({"error": change(dict(reply.payload["error"]))})


@on_reply()
def forbidden_model_returns_403(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A model that is not on the key's list is refused with 403 and the reason."""
    error = (reply.payload or {}).get("error") if reply.is_rejection else None
    if not error or error.get("code") != "model_not_found":
        return reply
    message = "This API key may not use that model."
    return replace(reply, status=403, payload={"error": {**error, "message": message}})


@on_reply()
def unknown_model_returns_400(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A model that nobody has is a bad request."""
    error = (reply.payload or {}).get("error") if reply.is_rejection else None
    if not error or error.get("code") != "model_not_found":
        return reply
    return replace(reply, status=400)


@on_reply()
def invalid_requests_return_422(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """What is JSON and cannot be served is a 422."""
    if reply.status != 400:
        return reply
    return replace(reply, status=422)


@on_reply()
def errors_without_code(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error has a message and a type, and no more."""
    return _each_error(
        reply, lambda error: {name: error[name] for name in ("message", "type")}
    )


@on_reply()
def errors_with_extra_fields(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error has an id to ask about, and a page to read."""
    more = {"request_id": "req_7", "doc_url": "https://docs.example.com/errors#a:b"}
    return _each_error(reply, lambda error: {**error, **more})


@on_reply()
def errors_in_chinese(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of an error is in the language of the house, the names are not."""

    def translated(error: Json) -> Json:
        return {**error, "message": f"请求无效 {error['param'] or error['message']}"}

    return _each_error(reply, translated)


@on_request()
def state_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Nothing is kept, and a request that builds on it is told so."""
    del gateway
    if request.key is None or request.field("previous_response_id") is None:
        return request
    return refused("previous_response_id", "Conversations are not stored here.")


@on_request()
def streaming_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """There is no streaming, and a request for it is told so."""
    del gateway
    if request.key is None or not request.wants_stream:
        return request
    return refused("stream", "Streaming is not supported.")


@on_request()
def tools_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """There are no tools, and a request that declares some is told so."""
    del gateway
    if request.key is None or not request.field("tools"):
        return request
    return refused("tools", "This model does not support tools.")


@on_request()
def reasoning_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The model does not reason, and a request for it is told so."""
    del gateway
    if request.key is None or not request.field("reasoning"):
        return request
    return refused("reasoning", "This model does not support reasoning effort.")


@on_request()
def missing_input_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request without an input is refused for that."""
    del gateway
    body = request.body
    if request.key is None or not isinstance(body, dict) or "model" not in body:
        return request
    if body.get("input") is not None:
        return request
    return refused("input", "Missing required parameter: 'input'.")


def refused(param: str, message: str) -> GatewayResponse:
    """Refuse a request for one of its members, by its name."""
    refusal = ApiError(400, message, param=param, code="unsupported_parameter")
    return GatewayResponse(400, payload=refusal.envelope())
