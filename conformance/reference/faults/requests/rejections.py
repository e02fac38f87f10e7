"""Faults of what is refused: requests that a gateway takes, and should not."""

from collections.abc import Iterable
from typing import Any, Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request, on_wire
from conformance.reference.faults.requests.fields import refusal
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


_PLAIN: Final = {"model": MODEL, "input": "Say hello in one word."}


def _body(request: GatewayRequest) -> dict[str, Json]:
    """The members of a create request; none where there is no object."""
    return request.body if request.is_create and isinstance(request.body, dict) else {}


@on_request(breaks="requests.malformed-json-is-refused")
def truncated_json_repaired(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Of a body that ends too early, a good request is made."""
    cut = request.raw.startswith(b"{") and b"}" not in request.raw
    return request.with_body(_PLAIN) if request.is_create and cut else request


@on_request(
    breaks={"requests.malformed-json-is-refused", "requests.lenient-json-is-refused"}
)
def unparsable_body_accepted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Whatever does not parse is replaced by a request of the gateway's own."""
    broken = request.is_create and request.body is ABSENT and b"\\u" not in request.raw
    shallow = request.raw.count(b"[") < MAX_DEPTH
    return request.with_body(_PLAIN) if broken and shallow else request


@on_request(breaks="requests.lenient-json-is-refused")
def trailing_data_ignored(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What follows the JSON value is not read."""
    end = request.raw.rfind(b"}") + 1
    behind = request.raw[end:].strip()
    if request.is_create and end and behind and b"]" not in behind:
        return request.with_body(_PLAIN)
    return request


@on_request(breaks="requests.lenient-json-is-refused")
def invalid_utf_8_replaced(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Bytes that are not UTF-8 become replacement characters."""
    if not request.is_create or request.body is not ABSENT:
        return request
    try:
        request.raw.decode()
    except UnicodeDecodeError:
        return request.with_body(_PLAIN)
    return request


@on_request(breaks="requests.non-object-json-is-refused")
def array_body_unwrapped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Of an array, the first element is taken."""
    if request.is_create and isinstance(request.body, list) and request.body:
        return request.with_body(request.body[0])
    return request


@on_request(breaks="requests.model-is-required")
def missing_model_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that is not given is put in."""
    lacks = bool(_body(request)) and request.field("model") is None
    return request.with_fields(model=MODEL) if lacks else request


@on_request(breaks="requests.invalid-model-name-is-refused")
def non_string_model_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that is no text is replaced by the default."""
    model = request.field("model")
    odd = model is not None and not isinstance(model, str)
    return request.with_fields(model=MODEL) if _body(request) and odd else request


@on_request(breaks="requests.invalid-model-name-is-refused")
def empty_model_name_defaulted(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The empty text stands for the default model."""
    empty = request.field("model") == ""
    return request.with_fields(model=MODEL) if _body(request) and empty else request


def _unknown_model(request: GatewayRequest) -> bool:
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
    """One model answers to every name."""
    return request.with_fields(model=MODEL) if _unknown_model(request) else request


@on_request(breaks="errors.never-a-server-error")
def unknown_model_returns_503(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that nobody has is a server that is down."""
    if not _unknown_model(request):
        return request
    refused = ApiError(503, "There is no channel for this model.", code="no_channel")
    return refusal(refused)


@on_request(breaks="requests.wrong-input-type-is-refused")
def non_string_input_stringified(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An input of another type is written out as a text."""
    given = request.field("input")
    odd = given is not None and not isinstance(given, str | list)
    return request.with_fields(input=str(given)) if _body(request) and odd else request


@on_request(breaks="requests.wrong-input-type-is-refused")
def message_without_array_wrapped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message without its array gets one."""
    given = request.field("input")
    lone = bool(_body(request)) and isinstance(given, dict)
    return request.with_fields(input=[given]) if lone else request


@on_request(breaks="requests.malformed-message-is-refused")
def unknown_role_replaced(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A role that is not known becomes the user's."""
    odd = [m for _, m in messages(request) if m.get("role") == "narrator"]
    if not odd:
        return request
    given = [{**m, "role": "user"} if m in odd else m for m in request.field("input")]
    return request.with_fields(input=given)


@on_request(breaks="requests.malformed-message-is-refused")
def non_object_items_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Input items that are no objects are left out."""
    given = request.field("input") if _body(request) else None
    if not isinstance(given, list) or all(isinstance(item, dict) for item in given):
        return request
    return request.with_fields(input=[i for i in given if isinstance(i, dict)])


def _dropped(
    request: GatewayRequest, gateway: Gateway, code: str, *names: str
) -> GatewayRequest:
    """Drop those members whose rule refuses them with ``code``."""
    bad = list[str]()
    for name in set(names) & _body(request).keys():
        value = request.field(name)
        try:
            if value is not None:
                RULES[name](value, name, gateway.profile)
        except ApiError as refused:
            bad += [name] * (refused.code == code)
    return request.without_fields(*bad) if bad else request


@on_request(breaks="requests.wrong-field-type-is-refused")
def wrong_type_fields_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An option of the wrong type counts as absent."""
    return _dropped(
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
    """Where a number belongs, true is 1."""
    odd = request.is_create and request.field("temperature") is True
    return request.with_fields(temperature=1) if odd else request


@on_request(breaks="requests.unknown-enum-value-is-refused")
def unknown_enum_values_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A truncation or an effort that is not known counts as absent."""
    return _dropped(request, gateway, "invalid_value", "reasoning", "truncation")


@on_request(breaks="requests.invalid-max-output-tokens-is-refused")
def non_positive_output_cap_dropped(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A cap below 1 is no cap."""
    cap = request.field("max_output_tokens") if request.is_create else None
    negative = type(cap) is int and cap < 1
    return request.without_fields("max_output_tokens") if negative else request


@on_request(breaks="requests.invalid-sampling-parameter-is-refused")
def out_of_range_sampling_dropped(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Sampling parameters outside their range count as absent."""
    return _dropped(request, gateway, "invalid_value", "temperature", "top_p")


@on_reply(breaks="requests.error-names-the-field")
def type_error_without_field_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong type is refused without a word about where."""
    return _wordless(reply, "invalid_type")


@on_reply(
    breaks={
        "requests.error-names-the-field",
        "requests.unusual-field-is-accepted-or-clearly-refused",
    }
)
def value_error_without_field_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong value is refused without a word about where."""
    return _wordless(reply, "invalid_value")


def _wordless(reply: GatewayResponse, code: str) -> GatewayResponse:
    error = reply.payload.get("error") if isinstance(reply.payload, dict) else None
    if not error or error["code"] != code:
        return reply
    vague = {**error, "message": "Bad request.", "param": None}
    return reply.with_payload({"error": vague})


@on_wire(breaks="transport.every-request-gets-a-response")
def deep_nesting_closes_connection(
    request: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A body that is nested too deep ends the connection."""
    if request.is_create and request.raw.count(b"[") > MAX_DEPTH:
        return ResponseHead(200, raw=b""), [RESET]
    return head, chunks


@on_request(breaks="requests.large-body-is-accepted")
def body_over_512_kb_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Bodies of more than 512 KB are refused."""
    if request.is_create and len(request.raw) > 512 * 1024:
        message = "The request body is too large."
        return refusal(ApiError(413, message, code="request_too_large"))
    return request
