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


@on_request(breaks="requests.documented-fields-are-accepted")
def truncation_rejected_as_unknown(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The member truncation is refused as unknown."""
    return _unknown(request, "truncation", lambda value: value == "disabled")


@on_request(breaks="requests.extra-openai-fields-are-accepted")
def metadata_rejected_as_unknown(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The member metadata is refused as unknown."""
    return _unknown(request, "metadata", lambda value: value == {"purpose": "test"})


def _unknown(
    request: GatewayRequest, name: str, bad: Callable[[Json], bool]
) -> GatewayRequest | GatewayResponse:
    if (
        request.is_create
        and request.field(name) is not None
        and bad(request.field(name))
    ):
        message = f"Unknown parameter: '{name}'."
        return refusal(ApiError(400, message, param=name, code="unknown_parameter"))
    return request


@on_request(breaks="requests.charset-parameter-is-accepted")
def charset_parameter_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A content type with a parameter is not application/json."""
    if request.is_create and ";" in request.headers.get("content-type", ""):
        message = "Unsupported content type."
        return refusal(ApiError(415, message, code="unsupported_content_type"))
    return request


@on_request(breaks="requests.integer-sampling-parameter-is-accepted")
def integer_temperature_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An integer is no temperature."""
    given = request.field("temperature")
    if request.is_create and type(given) is int and given >= 0:
        return refusal(wrong_type("temperature", "a number", given))
    return request


def _null_rejected(
    request: GatewayRequest, *names: str
) -> GatewayRequest | GatewayResponse:
    body = request.body if request.is_create and isinstance(request.body, dict) else {}
    for name in names:
        if name in body and body[name] is None:
            return refusal(wrong_type(name, "a value", None))
    return request


@on_request(breaks="requests.null-means-absent")
def null_sampling_parameters_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Null is checked against the types of temperature and top_p."""
    return _null_rejected(request, "temperature", "top_p")


@on_request(breaks="requests.null-tools-mean-absent")
def null_tools_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Tools must be an array, even where there are none."""
    return _null_rejected(request, "tools")


@on_request(breaks="errors.never-a-server-error")
def null_output_cap_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A cap of null ends in a server error."""
    if isinstance(_null_rejected(request, "max_output_tokens"), GatewayResponse):
        refused = ApiError(500, "Internal server error.", code="internal_error")
        return refusal(refused)
    return request


@on_request(breaks="requests.input-is-optional", profiles={"newapi"})
def missing_input_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request without input is refused."""
    if (
        request.is_create
        and isinstance(request.body, dict)
        and "input" not in request.body
    ):
        return refusal(missing("input"))
    return request


@on_request(breaks="requests.max-tokens-is-refused-or-honored")
def max_tokens_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The chat parameter max_tokens is passed over."""
    dropped = request.is_create and request.field("max_tokens") is not None
    return request.without_fields("max_tokens") if dropped else request


@on_request(breaks="requests.instructions-are-optional")
def missing_instructions_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A good request without instructions is refused."""
    lacks = request.is_create and request.field("instructions") is None
    if lacks and not gateway.answer(request).is_rejection:
        return refusal(missing("instructions"))
    return request
