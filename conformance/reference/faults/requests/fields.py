"""Faults of what is served: forms of a request that a gateway fails to take."""

from collections.abc import Callable
from typing import Any

from conformance.reference.errors import ApiError, missing, wrong_type
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def refusal(refused: ApiError) -> GatewayResponse:
    """The reply to a request that is refused."""
    return GatewayResponse(refused.status, payload=refused.envelope())


@on_request(breaks="requests.page-members-accepted")
def truncation_unheard_of(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The member truncation is refused as unknown."""
    return _unknown(asked, "truncation", lambda value: value == "disabled")


@on_request(breaks="requests.family-members-accepted")
def metadata_unheard_of(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The member metadata is refused as unknown."""
    return _unknown(asked, "metadata", lambda value: value == {"purpose": "test"})


def _unknown(
    asked: GatewayRequest, name: str, bad: Callable[[Json], bool]
) -> GatewayRequest | GatewayResponse:
    if asked.is_create and asked.field(name) is not None and bad(asked.field(name)):
        message = f"Unknown parameter: '{name}'."
        return refusal(ApiError(400, message, param=name, code="unknown_parameter"))
    return asked


@on_request(breaks="requests.charset-accepted")
def media_type_compared_whole(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A content type with a parameter is not application/json."""
    if asked.is_create and ";" in asked.headers.get("content-type", ""):
        message = "Unsupported content type."
        return refusal(ApiError(415, message, code="unsupported_content_type"))
    return asked


@on_request(breaks="requests.whole-numbers-accepted")
def numbers_need_a_fraction(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An integer is no temperature."""
    given = asked.field("temperature")
    if asked.is_create and type(given) is int and given >= 0:
        return refusal(wrong_type("temperature", "a number", given))
    return asked


def _null_refused(
    asked: GatewayRequest, *members: str
) -> GatewayRequest | GatewayResponse:
    body = asked.body if asked.is_create and isinstance(asked.body, dict) else {}
    for name in members:
        if name in body and body[name] is None:
            return refusal(wrong_type(name, "a value", None))
    return asked


@on_request(breaks="requests.null-means-absent")
def null_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Null is checked against the types of temperature and top_p."""
    return _null_refused(asked, "temperature", "top_p")


@on_request(breaks="requests.null-tools-mean-absent")
def null_tools_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Tools must be an array, even where there are none."""
    return _null_refused(asked, "tools")


@on_request(breaks="errors.never-a-server-error")
def null_crashes(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A cap of null ends in a server error."""
    if isinstance(_null_refused(asked, "max_output_tokens"), GatewayResponse):
        refused = ApiError(500, "Internal server error.", code="internal_error")
        return refusal(refused)
    return asked


@on_request(breaks="requests.input-optional", profiles={"newapi"})
def input_required(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request without input is refused."""
    if asked.is_create and isinstance(asked.body, dict) and "input" not in asked.body:
        return refusal(missing("input"))
    return asked


@on_request(breaks="requests.chat-cap-not-dropped")
def chat_cap_dropped(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The chat parameter max_tokens is passed over."""
    dropped = asked.is_create and asked.field("max_tokens") is not None
    return asked.without_fields("max_tokens") if dropped else asked


@on_request(breaks="requests.instructions-optional")
def instructions_required(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A good request without instructions is refused."""
    lacks = asked.is_create and asked.field("instructions") is None
    if lacks and not gateway.answer(asked).is_rejection:
        return refusal(missing("instructions"))
    return asked
