"""Errors that clients cannot read, that lie about whose fault it is, or tell too much.

Most of them spoil the refusal of a key alone, so that nothing else is wrong.
"""

from dataclasses import replace
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


_CROWD = 50
"""Items of input from which a request is a crowded one."""


def _without(error: Json, *names: str) -> Json:
    return {name: value for name, value in error.items() if name not in names}


def barred(reply: GatewayResponse, **members: Json) -> GatewayResponse:
    """Refuse a key with other members in the error."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": {**reply.payload["error"], **members}})


def is_crowded(request: GatewayRequest) -> bool:
    """Return whether the input has very many items."""
    given = request.field("input")
    return isinstance(given, list) and len(given) > _CROWD


@on_reply(breaks="errors.body-has-an-error-object")
def error_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The error is a text where an object belongs."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": reply.payload["error"]["message"]})


@on_reply(breaks="errors.body-has-an-error-object")
def error_envelope_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message stands at the top of the body."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"detail": reply.payload["error"]["message"]})


@on_reply(breaks="errors.body-has-an-error-object")
def error_as_html_page(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal is a page for people."""
    if reply.status != 401:
        return reply
    page = b"<html><body><h1>401 Authorization Required</h1></body></html>"
    return replace(reply, raw=page, media_type="text/html")


@on_reply(breaks="errors.body-has-an-error-object")
def error_body_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal is a status and nothing else."""
    return replace(reply, raw=b"") if reply.status == 401 else reply


@on_reply(breaks="errors.message-is-a-non-empty-string")
def error_message_empty(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of an error is empty."""
    return barred(reply, message="")


@on_reply(breaks="errors.message-is-a-non-empty-string")
def error_message_is_object(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's whole error stands where its message belongs."""
    return barred(reply, message={"message": "Incorrect API key."})


@on_reply(breaks="errors.has-a-type")
def error_type_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error has no type."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "type")})


@on_reply(breaks="errors.type-is-a-string")
def error_type_is_number(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The type of an error is a number."""
    return barred(reply, type=4010)


@on_reply(breaks="errors.code-is-a-string-or-null")
def error_code_is_number(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The code of an error is the HTTP status."""
    return barred(reply, code=reply.status)


@on_reply(breaks="errors.param-is-a-string-or-null")
def error_param_is_array(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The param of an error is a list of steps."""
    return barred(reply, param=["header", "authorization"])


@on_reply(breaks="errors.param-and-code-are-present")
def error_param_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error without a param does not have the member."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "param")})


@on_reply(breaks="errors.media-type-is-json")
def error_media_type_is_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON error goes by the name of plain text."""
    return replace(reply, media_type="text/plain") if reply.status == 401 else reply


@on_request(breaks="errors.never-a-server-error")
def two_spaces_after_bearer_crash(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The parsing of the Authorization header throws."""
    if "  " not in request.headers.get("authorization", ""):
        return request
    refused = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(breaks="errors.never-a-server-error")
def invalid_items_return_502(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """What the client got wrong is blamed on the upstream."""
    crowded = is_crowded(request) and reply.is_rejection
    return replace(reply, status=502) if crowded else reply


@on_reply(breaks="errors.never-a-server-error")
def invalid_items_return_503(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """What cannot be routed is called an overload, without a word on how long."""
    crowded = is_crowded(request) and reply.is_rejection
    return replace(reply, status=503) if crowded else reply


@on_reply(breaks={"errors.status-is-not-2xx", "responses.is-a-response-object"})
def quota_error_returned_as_200(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's error is relayed under a status of success."""
    if request.headers.get("accept-encoding") != "identity":
        return reply
    refused = ApiError(429, "Quota exceeded.", code="insufficient_quota")
    return GatewayResponse(payload=refused.envelope())


@on_request(breaks="errors.rate-limit-has-retry-after")
def rate_limit_without_retry_after(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The first crowded request meets a rate limit, and is not told how long."""
    if not is_crowded(request) or gateway.notes.get("limited"):
        return request
    gateway.notes["limited"] = True
    refused = ApiError(429, "Too many requests.", code="rate_limit_exceeded")
    return GatewayResponse(429, payload=refused.envelope())
