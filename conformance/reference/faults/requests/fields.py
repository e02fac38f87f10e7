"""Faults that break requirements of `contract/requests/fields.py`."""

from collections.abc import Callable
from typing import Any

from conformance.reference.errors import ApiError, missing, wrong_type
from conformance.reference.fault import on_request
from conformance.reference.gateway import Gateway
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def error_response(error: ApiError) -> GatewayResponse:
    """Return the response for a rejected request."""
    return GatewayResponse(error.status, payload=error.envelope())


@on_request(breaks="requests.documented-fields-are-accepted")
def truncation_rejected_as_unknown(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The field `truncation` with the value `disabled` is rejected as unknown."""
    return _reject_as_unknown(request, "truncation", lambda value: value == "disabled")


@on_request(breaks="requests.extra-openai-fields-are-accepted")
def metadata_rejected_as_unknown(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The field `metadata` is rejected as unknown if it is `{"purpose": "test"}`."""
    return _reject_as_unknown(
        request, "metadata", lambda value: value == {"purpose": "test"}
    )


def _reject_as_unknown(
    request: GatewayRequest, name: str, is_rejected: Callable[[Json], bool]
) -> GatewayRequest | GatewayResponse:
    if (
        request.is_create
        and request.field(name) is not None
        and is_rejected(request.field(name))
    ):
        message = f"Unknown parameter: '{name}'."
        return error_response(
            ApiError(400, message, param=name, code="unknown_parameter")
        )
    return request


@on_request(breaks="requests.charset-parameter-is-accepted")
def charset_parameter_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A content type with a parameter is not recognized as `application/json`."""
    if request.is_create and ";" in request.headers.get("content-type", ""):
        message = "Unsupported content type."
        return error_response(ApiError(415, message, code="unsupported_content_type"))
    return request


@on_request(breaks="requests.integer-sampling-parameter-is-accepted")
def integer_temperature_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An integer `temperature` is rejected as a wrong type."""
    temperature = request.field("temperature")
    if request.is_create and type(temperature) is int and temperature >= 0:
        return error_response(wrong_type("temperature", "a number", temperature))
    return request


def _reject_null(
    request: GatewayRequest, *names: str
) -> GatewayRequest | GatewayResponse:
    """Reject a create request in which one of the fields ``names`` is ``null``."""
    body = request.body if request.is_create and isinstance(request.body, dict) else {}
    for name in names:
        if name in body and body[name] is None:
            return error_response(wrong_type(name, "a value", None))
    return request


@on_request(breaks="requests.null-means-absent")
def null_sampling_parameters_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `temperature` or `top_p` that is `null` is rejected as a wrong type."""
    return _reject_null(request, "temperature", "top_p")


@on_request(breaks="requests.null-tools-mean-absent")
def null_tools_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `tools` field that is `null` is rejected."""
    return _reject_null(request, "tools")


@on_request(breaks="errors.never-a-server-error")
def null_output_cap_crashes(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `max_output_tokens` that is `null` causes a 500."""
    if isinstance(_reject_null(request, "max_output_tokens"), GatewayResponse):
        error = ApiError(500, "Internal server error.", code="internal_error")
        return error_response(error)
    return request


@on_request(breaks="requests.input-is-optional", profiles={"newapi"})
def missing_input_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request without `input` is rejected."""
    if (
        request.is_create
        and isinstance(request.body, dict)
        and "input" not in request.body
    ):
        return error_response(missing("input"))
    return request


@on_request(breaks="requests.max-tokens-is-refused-or-honored")
def max_tokens_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The Chat Completions field `max_tokens` is ignored."""
    has_max_tokens = request.is_create and request.field("max_tokens") is not None
    return request.without_fields("max_tokens") if has_max_tokens else request


@on_request(breaks="requests.instructions-are-optional")
def missing_instructions_rejected(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A valid request without `instructions` is rejected."""
    is_missing = request.is_create and request.field("instructions") is None
    if is_missing and not gateway.answer(request).is_rejection:
        return error_response(missing("instructions"))
    return request
