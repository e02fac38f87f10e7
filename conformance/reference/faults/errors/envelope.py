"""Faults that break requirements of `contract/errors/envelope.py`.

Most of them affect only 401 responses, so that no requirement about other responses
fails.
"""

from dataclasses import replace
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

MANY_ITEMS = 50
"""Number of input items that only requests of `repeated-input-errors` exceed."""


def _without(error: Json, *names: str) -> Json:
    """Return the `error` object without the fields with these names."""
    return {name: value for name, value in error.items() if name not in names}


def change_401(reply: GatewayResponse, **fields: Json) -> GatewayResponse:
    """Return a 401 with these fields set in its `error`; other replies unchanged."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": {**reply.payload["error"], **fields}})


def is_repeated_input(request: GatewayRequest) -> bool:
    """Return whether the request comes from the probe `repeated-input-errors`."""
    items = request.field("input")
    return isinstance(items, list) and len(items) > MANY_ITEMS


@on_reply(breaks="errors.body-has-an-error-object")
def error_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error` of a 401 is a string instead of an object."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": reply.payload["error"]["message"]})


@on_reply(breaks="errors.body-has-an-error-object")
def error_envelope_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 body is an object with `detail` instead of `error`."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"detail": reply.payload["error"]["message"]})


@on_reply(breaks="errors.body-has-an-error-object")
def error_as_html_page(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 body is an HTML page."""
    if reply.status != 401:
        return reply
    page = b"<html><body><h1>401 Authorization Required</h1></body></html>"
    return replace(reply, raw=page, media_type="text/html")


@on_reply(breaks="errors.body-has-an-error-object")
def error_body_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A 401 body is empty."""
    return replace(reply, raw=b"") if reply.status == 401 else reply


@on_reply(breaks="errors.message-is-a-non-empty-string")
def error_message_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.message` of a 401 is empty."""
    return change_401(reply, message="")


@on_reply(breaks="errors.message-is-a-non-empty-string")
def error_message_is_object(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.message` of a 401 is an object."""
    return change_401(reply, message={"message": "Incorrect API key."})


@on_reply(breaks="errors.has-a-type")
def error_type_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.type` of a 401 is missing."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "type")})


@on_reply(breaks="errors.type-is-a-string")
def error_type_is_number(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.type` of a 401 is a number."""
    return change_401(reply, type=4010)


@on_reply(breaks="errors.code-is-a-string-or-null")
def error_code_is_number(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.code` of a 401 is the HTTP status as a number."""
    return change_401(reply, code=reply.status)


@on_reply(breaks="errors.param-is-a-string-or-null")
def error_param_is_array(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.param` of a 401 is an array."""
    return change_401(reply, param=["header", "authorization"])


@on_reply(breaks="errors.param-and-code-are-present")
def error_param_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`error.param` of a 401 is missing instead of `null`."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "param")})


@on_reply(breaks="errors.media-type-is-json")
def error_media_type_is_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON 401 has the media type `text/plain`."""
    return replace(reply, media_type="text/plain") if reply.status == 401 else reply


@on_request(breaks="errors.never-a-server-error")
def two_spaces_after_bearer_crash(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with two spaces after `Bearer` gets a 500."""
    if "  " not in request.headers.get("authorization", ""):
        return request
    error = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=error.envelope())


@on_reply(breaks="errors.never-a-server-error")
def invalid_items_return_502(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with more than 50 input items is rejected with 502, not 400."""
    is_affected = is_repeated_input(request) and reply.is_rejection
    return replace(reply, status=502) if is_affected else reply


@on_reply(breaks="errors.never-a-server-error")
def invalid_items_return_503(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with more than 50 input items gets a 503 without `Retry-After`."""
    is_affected = is_repeated_input(request) and reply.is_rejection
    return replace(reply, status=503) if is_affected else reply


@on_reply(breaks={"errors.status-is-not-2xx", "responses.is-a-response-object"})
def quota_error_returned_as_200(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with `Accept-Encoding: identity` gets a quota error with status 200."""
    if request.headers.get("accept-encoding") != "identity":
        return reply
    error = ApiError(429, "Quota exceeded.", code="insufficient_quota")
    return GatewayResponse(payload=error.envelope())


@on_request(breaks="errors.rate-limit-has-retry-after")
def rate_limit_without_retry_after(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The first request with over 50 input items gets a 429 without `Retry-After`."""
    if not is_repeated_input(request) or gateway.fault_state.get("limited"):
        return request
    gateway.fault_state["limited"] = True
    error = ApiError(429, "Too many requests.", code="rate_limit_exceeded")
    return GatewayResponse(429, payload=error.envelope())
