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


def is_crowded(asked: GatewayRequest) -> bool:
    """Return whether the input has very many items."""
    given = asked.field("input")
    return isinstance(given, list) and len(given) > _CROWD


@on_reply(breaks="errors.is-an-envelope")
def error_is_a_text(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The error is a text where an object belongs."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": reply.payload["error"]["message"]})


@on_reply(breaks="errors.is-an-envelope")
def error_without_envelope(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message stands at the top of the body."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"detail": reply.payload["error"]["message"]})


@on_reply(breaks="errors.is-an-envelope")
def error_page_in_html(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal is a page for people."""
    if reply.status != 401:
        return reply
    page = b"<html><body><h1>401 Authorization Required</h1></body></html>"
    return replace(reply, raw=page, media_type="text/html")


@on_reply(breaks="errors.is-an-envelope")
def refusal_without_body(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A refusal is a status and nothing else."""
    return replace(reply, raw=b"") if reply.status == 401 else reply


@on_reply(breaks="errors.message-says-something")
def empty_message(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The message of an error is empty."""
    return barred(reply, message="")


@on_reply(breaks="errors.message-says-something")
def message_is_an_object(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's whole error stands where its message belongs."""
    return barred(reply, message={"message": "Incorrect API key."})


@on_reply(breaks="errors.has-a-type")
def error_without_type(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error has no type."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "type")})


@on_reply(breaks="errors.type-is-a-text")
def numeric_error_type(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The type of an error is a number."""
    return barred(reply, type=4010)


@on_reply(breaks="errors.code-is-a-text")
def numeric_error_code(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The code of an error is the HTTP status."""
    return barred(reply, code=reply.status)


@on_reply(breaks="errors.param-is-a-text")
def param_is_a_path(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The param of an error is a list of steps."""
    return barred(reply, param=["header", "authorization"])


@on_reply(breaks="errors.shows-param-beside-code")
def param_left_out(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """An error without a param does not have the member."""
    if reply.status != 401:
        return reply
    return reply.with_payload({"error": _without(reply.payload["error"], "param")})


@on_reply(breaks="errors.media-type-is-json")
def error_labelled_as_text(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON error goes by the name of plain text."""
    return replace(reply, media_type="text/plain") if reply.status == 401 else reply


@on_request(breaks="errors.never-a-server-error")
def crash_on_two_spaces(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The parsing of the Authorization header throws."""
    if "  " not in asked.headers.get("authorization", ""):
        return asked
    refused = ApiError(500, "Internal error.", code="internal_error")
    return GatewayResponse(500, payload=refused.envelope())


@on_reply(breaks="errors.never-a-server-error")
def bad_items_are_502(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """What the client got wrong is blamed on the upstream."""
    crowded = is_crowded(asked) and reply.is_rejection
    return replace(reply, status=502) if crowded else reply


@on_reply(breaks="errors.never-a-server-error")
def unroutable_is_503(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """What cannot be routed is called an overload, without a word on how long."""
    crowded = is_crowded(asked) and reply.is_rejection
    return replace(reply, status=503) if crowded else reply


@on_reply(breaks={"errors.not-inside-a-success", "responses.is-a-response-object"})
def error_inside_a_200(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's error is relayed under a status of success."""
    if asked.headers.get("accept-encoding") != "identity":
        return reply
    refused = ApiError(429, "Quota exceeded.", code="insufficient_quota")
    return GatewayResponse(payload=refused.envelope())


@on_request(breaks="errors.rate-limit-says-how-long")
def rate_limit_without_a_time(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The first crowded request meets a rate limit, and is not told how long."""
    if not is_crowded(asked) or gateway.notes.get("limited"):
        return asked
    gateway.notes["limited"] = True
    refused = ApiError(429, "Too many requests.", code="rate_limit_exceeded")
    return GatewayResponse(429, payload=refused.envelope())
