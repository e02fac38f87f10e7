"""Unusual but conforming error responses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _change_error(
    reply: GatewayResponse, change: Callable[[Json], Json]
) -> GatewayResponse:
    """Change the ``error`` object of a reply; return other replies unchanged."""
    if not reply.is_rejection or not isinstance(reply.payload, dict):
        return reply
    return reply.with_payload({"error": change(dict(reply.payload["error"]))})


@on_reply()
def forbidden_model_returns_403(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A model that the key may not use is rejected with 403 instead of 404."""
    error = (reply.payload or {}).get("error") if reply.is_rejection else None
    if not error or error.get("code") != "model_not_found":
        return reply
    message = "This API key may not use that model."
    return replace(reply, status=403, payload={"error": {**error, "message": message}})


@on_reply()
def unknown_model_returns_400(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An unknown model is rejected with 400 instead of 404."""
    error = (reply.payload or {}).get("error") if reply.is_rejection else None
    if not error or error.get("code") != "model_not_found":
        return reply
    return replace(reply, status=400)


@on_reply()
def invalid_requests_return_422(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Invalid requests are rejected with 422 instead of 400."""
    if reply.status != 400:
        return reply
    return replace(reply, status=422)


@on_reply()
def errors_without_code(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The error object has only ``message`` and ``type``."""
    return _change_error(
        reply, lambda error: {name: error[name] for name in ("message", "type")}
    )


@on_reply()
def errors_with_extra_fields(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The error object has the extra fields ``request_id`` and ``doc_url``."""
    extra = {"request_id": "req_7", "doc_url": "https://docs.example.com/errors#a:b"}
    return _change_error(reply, lambda error: {**error, **extra})


@on_reply()
def errors_in_chinese(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Error messages are in Chinese; field names in them are not translated."""

    def translated(error: Json) -> Json:
        return {**error, "message": f"请求无效 {error['param'] or error['message']}"}

    return _change_error(reply, translated)


@on_request()
def state_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``previous_response_id`` is rejected with 400, because nothing is stored."""
    del gateway
    if request.key is None or request.field("previous_response_id") is None:
        return request
    return rejection("previous_response_id", "Conversations are not stored here.")


@on_request()
def streaming_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``stream: true`` is rejected with 400, because streaming is not supported."""
    del gateway
    if request.key is None or not request.wants_stream:
        return request
    return rejection("stream", "Streaming is not supported.")


@on_request()
def tools_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``tools`` are rejected with 400, because the model does not support them."""
    del gateway
    if request.key is None or not request.field("tools"):
        return request
    return rejection("tools", "This model does not support tools.")


@on_request()
def reasoning_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``reasoning`` is rejected with 400, because the model does not support it."""
    del gateway
    if request.key is None or not request.field("reasoning"):
        return request
    return rejection("reasoning", "This model does not support reasoning effort.")


@on_request()
def missing_input_clearly_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request without ``input`` is rejected with 400."""
    del gateway
    body = request.body
    if request.key is None or not isinstance(body, dict) or "model" not in body:
        return request
    if body.get("input") is not None:
        return request
    return rejection("input", "Missing required parameter: 'input'.")


def rejection(param: str, message: str) -> GatewayResponse:
    """Return a 400 that names the rejected field in ``param``."""
    error = ApiError(400, message, param=param, code="unsupported_parameter")
    return GatewayResponse(400, payload=error.envelope())
