"""Faults that break requirements of `contract/requests/rejections.py`."""

from collections.abc import Iterable
from typing import Any, Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.requests.fields import error_response
from conformance.reference.faults.requests.input_forms import messages
from conformance.reference.field_rules import RULES
from conformance.reference.gateway import MODEL, MODELS, Gateway
from conformance.reference.request import ABSENT, MAX_DEPTH, GatewayRequest
from conformance.reference.response_message import (
    RESET,
    Chunk,
    GatewayResponse,
    ResponseHead,
)

Json = Any

_VALID_BODY: Final = {"model": MODEL, "input": "Say hello in one word."}


def _body(request: GatewayRequest) -> dict[str, Json]:
    """Return the body of a create request; an empty object if it is not an object."""
    return request.body if request.is_create and isinstance(request.body, dict) else {}


@on_request(breaks="requests.malformed-json-is-refused")
def truncated_json_repaired(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A truncated JSON body is replaced by a valid request."""
    truncated = request.raw.startswith(b"{") and b"}" not in request.raw
    if request.is_create and truncated:
        return request.with_body(_VALID_BODY)
    return request


@on_request(
    breaks={"requests.malformed-json-is-refused", "requests.lenient-json-is-refused"}
)
def unparsable_body_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A body that is not valid JSON is replaced by a valid request."""
    is_invalid = request.is_create and request.body is ABSENT
    is_unusual = b"\\u" in request.raw or request.raw.count(b"[") >= MAX_DEPTH
    return request.with_body(_VALID_BODY) if is_invalid and not is_unusual else request


@on_request(breaks="requests.lenient-json-is-refused")
def trailing_data_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Data after the JSON value is ignored."""
    end = request.raw.rfind(b"}") + 1
    trailing = request.raw[end:].strip()
    if request.is_create and end and trailing and b"]" not in trailing:
        return request.with_body(_VALID_BODY)
    return request


@on_request(breaks="requests.lenient-json-is-refused")
def invalid_utf_8_replaced(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Bytes that are not UTF-8 are replaced instead of rejected."""
    if not request.is_create or request.body is not ABSENT:
        return request
    try:
        request.raw.decode()
    except UnicodeDecodeError:
        return request.with_body(_VALID_BODY)
    return request


@on_request(breaks="requests.non-object-json-is-refused")
def array_body_unwrapped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An array is unwrapped: its first element is used as the request."""
    if request.is_create and isinstance(request.body, list) and request.body:
        return request.with_body(request.body[0])
    return request


@on_request(breaks="requests.model-is-required")
def missing_model_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A missing or `null` `model` is replaced by the default model."""
    lacks_model = bool(_body(request)) and request.field("model") is None
    return request.with_fields(model=MODEL) if lacks_model else request


@on_request(breaks="requests.invalid-model-name-is-refused")
def non_string_model_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `model` that is not a string is replaced by the default model."""
    model = request.field("model")
    invalid = model is not None and not isinstance(model, str)
    return request.with_fields(model=MODEL) if _body(request) and invalid else request


@on_request(breaks="requests.invalid-model-name-is-refused")
def empty_model_name_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An empty `model` is replaced by the default model."""
    empty = request.field("model") == ""
    return request.with_fields(model=MODEL) if _body(request) and empty else request


def _has_unknown_model(request: GatewayRequest) -> bool:
    model = _body(request).get("model")
    return isinstance(model, str) and bool(model) and model not in MODELS


@on_request(
    breaks={
        "requests.unknown-model-is-refused",
        "responses.model-is-the-requested-one",
    }
)
def unknown_model_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown model is replaced by the default model."""
    return request.with_fields(model=MODEL) if _has_unknown_model(request) else request


@on_request(breaks="errors.never-a-server-error")
def unknown_model_returns_503(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown model is rejected with a 503."""
    if not _has_unknown_model(request):
        return request
    error = ApiError(503, "There is no channel for this model.", code="no_channel")
    return error_response(error)


@on_request(breaks="requests.wrong-input-type-is-refused")
def non_string_input_stringified(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An `input` that is neither a string nor an array is converted to a string."""
    value = request.field("input")
    invalid = value is not None and not isinstance(value, str | list)
    if _body(request) and invalid:
        return request.with_fields(input=str(value))
    return request


@on_request(breaks="requests.wrong-input-type-is-refused")
def message_without_array_wrapped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message that is not in an array is wrapped in one."""
    value = request.field("input")
    is_message = bool(_body(request)) and isinstance(value, dict)
    return request.with_fields(input=[value]) if is_message else request


@on_request(breaks="requests.malformed-message-is-refused")
def unknown_role_replaced(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The unknown role `narrator` is replaced by `user`."""
    narrated = [m for _, m in messages(request) if m.get("role") == "narrator"]
    if not narrated:
        return request
    items = request.field("input")
    return request.with_fields(
        input=[{**item, "role": "user"} if item in narrated else item for item in items]
    )


@on_request(breaks="requests.malformed-message-is-refused")
def non_object_items_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Input items that are not objects are dropped."""
    items = request.field("input") if _body(request) else None
    if not isinstance(items, list) or all(isinstance(item, dict) for item in items):
        return request
    return request.with_fields(input=[i for i in items if isinstance(i, dict)])


def _drop_invalid(
    request: GatewayRequest, gateway: Gateway, code: str, *names: str
) -> GatewayRequest:
    """Remove those of the fields `names` that the gateway rejects with `code`."""
    invalid = list[str]()
    for name in set(names) & _body(request).keys():
        value = request.field(name)
        try:
            if value is not None:
                RULES[name](value, name, gateway.profile)
        except ApiError as error:
            if error.code == code:
                invalid.append(name)
    return request.without_fields(*invalid) if invalid else request


@on_request(breaks="requests.wrong-field-type-is-refused")
def wrong_type_fields_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Optional fields of the wrong type are dropped."""
    return _drop_invalid(
        request,
        gateway,
        "invalid_type",
        "instructions",
        "temperature",
        "top_p",
        "stream",
    )


@on_request(breaks="requests.wrong-field-type-is-refused")
def boolean_coerced_to_number(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `temperature` of `true` is converted to 1."""
    is_true = request.is_create and request.field("temperature") is True
    return request.with_fields(temperature=1) if is_true else request


@on_request(breaks="requests.unknown-enum-value-is-refused")
def unknown_enum_values_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown `truncation` or `reasoning.effort` is dropped."""
    return _drop_invalid(request, gateway, "invalid_value", "reasoning", "truncation")


@on_request(breaks="requests.invalid-max-output-tokens-is-refused")
def non_positive_output_cap_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A `max_output_tokens` below 1 is ignored."""
    cap = request.field("max_output_tokens") if request.is_create else None
    too_small = type(cap) is int and cap < 1
    return request.without_fields("max_output_tokens") if too_small else request


@on_request(breaks="requests.invalid-sampling-parameter-is-refused")
def out_of_range_sampling_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Sampling parameters outside their range are dropped."""
    return _drop_invalid(request, gateway, "invalid_value", "temperature", "top_p")


@on_reply(breaks="requests.error-names-the-field")
def type_error_without_field_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error about a wrong type does not name the invalid field."""
    return _without_field_name(reply, "invalid_type")


@on_reply(
    breaks={
        "requests.error-names-the-field",
        "requests.unusual-field-is-accepted-or-clearly-refused",
    }
)
def value_error_without_field_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An error about a wrong value does not name the invalid field."""
    return _without_field_name(reply, "invalid_value")


def _without_field_name(reply: GatewayResponse, code: str) -> GatewayResponse:
    error = reply.payload.get("error") if isinstance(reply.payload, dict) else None
    if not error or error["code"] != code:
        return reply
    generic = {**error, "message": "Bad request.", "param": None}
    return reply.with_payload({"error": generic})


@on_wire(breaks="transport.every-request-gets-a-response")
def deep_nesting_closes_connection(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """The connection is closed without a response if a body is nested too deeply."""
    if request.is_create and request.raw.count(b"[") > MAX_DEPTH:
        return ResponseHead(200, raw=b""), [RESET]
    return head, chunks
