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


def _body(asked: GatewayRequest) -> dict[str, Json]:
    """The members of a create request; none where there is no object."""
    return asked.body if asked.is_create and isinstance(asked.body, dict) else {}


@on_request(breaks="requests.malformed-json-refused")
def broken_body_repaired(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Of a body that ends too early, a good request is made."""
    cut = asked.raw.startswith(b"{") and b"}" not in asked.raw
    return asked.with_body(_PLAIN) if asked.is_create and cut else asked


@on_request(breaks={"requests.malformed-json-refused", "requests.lenient-json-refused"})
def any_body_served(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Whatever does not parse is replaced by a request of the gateway's own."""
    broken = asked.is_create and asked.body is ABSENT and b"\\u" not in asked.raw
    shallow = asked.raw.count(b"[") < MAX_DEPTH
    return asked.with_body(_PLAIN) if broken and shallow else asked


@on_request(breaks="requests.lenient-json-refused")
def reading_stops_at_the_end(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """What follows the JSON value is not read."""
    end = asked.raw.rfind(b"}") + 1
    behind = asked.raw[end:].strip()
    if asked.is_create and end and behind and b"]" not in behind:
        return asked.with_body(_PLAIN)
    return asked


@on_request(breaks="requests.lenient-json-refused")
def bytes_replaced(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Bytes that are not UTF-8 become replacement characters."""
    if not asked.is_create or asked.body is not ABSENT:
        return asked
    try:
        asked.raw.decode()
    except UnicodeDecodeError:
        return asked.with_body(_PLAIN)
    return asked


@on_request(breaks="requests.other-json-refused")
def array_opened(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Of an array, the first element is taken."""
    if asked.is_create and isinstance(asked.body, list) and asked.body:
        return asked.with_body(asked.body[0])
    return asked


@on_request(breaks="requests.model-required")
def default_model(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that is not given is put in."""
    lacks = bool(_body(asked)) and asked.field("model") is None
    return asked.with_fields(model=MODEL) if lacks else asked


@on_request(breaks="requests.model-is-a-name")
def any_model_type(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that is no text is replaced by the default."""
    model = asked.field("model")
    odd = model is not None and not isinstance(model, str)
    return asked.with_fields(model=MODEL) if _body(asked) and odd else asked


@on_request(breaks="requests.model-is-a-name")
def empty_model_name(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The empty text stands for the default model."""
    empty = asked.field("model") == ""
    return asked.with_fields(model=MODEL) if _body(asked) and empty else asked


def _unknown_model(asked: GatewayRequest) -> bool:
    model = _body(asked).get("model")
    return isinstance(model, str) and bool(model) and model not in MODELS


@on_request(
    breaks={
        "requests.unknown-model-refused",
        "responses.model-is-the-one-asked-for",
    }
)
def any_model_served(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """One model answers to every name."""
    return asked.with_fields(model=MODEL) if _unknown_model(asked) else asked


@on_request(breaks="errors.never-a-server-error")
def no_channel_for_model(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A model that nobody has is a server that is down."""
    if not _unknown_model(asked):
        return asked
    refused = ApiError(503, "There is no channel for this model.", code="no_channel")
    return refusal(refused)


@on_request(breaks="requests.input-type-refused")
def input_made_text(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An input of another type is written out as a text."""
    given = asked.field("input")
    odd = given is not None and not isinstance(given, str | list)
    return asked.with_fields(input=str(given)) if _body(asked) and odd else asked


@on_request(breaks="requests.input-type-refused")
def lone_message_wrapped(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A message without its array gets one."""
    given = asked.field("input")
    lone = bool(_body(asked)) and isinstance(given, dict)
    return asked.with_fields(input=[given]) if lone else asked


@on_request(breaks="requests.broken-messages-refused")
def roles_replaced(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A role that is not known becomes the user's."""
    odd = [m for _, m in messages(asked) if m.get("role") == "narrator"]
    if not odd:
        return asked
    given = [{**m, "role": "user"} if m in odd else m for m in asked.field("input")]
    return asked.with_fields(input=given)


@on_request(breaks="requests.broken-messages-refused")
def odd_items_left_out(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Input items that are no objects are left out."""
    given = asked.field("input") if _body(asked) else None
    if not isinstance(given, list) or all(isinstance(item, dict) for item in given):
        return asked
    return asked.with_fields(input=[i for i in given if isinstance(i, dict)])


def _dropped(
    asked: GatewayRequest, gateway: Gateway, code: str, *names: str
) -> GatewayRequest:
    """Drop those members whose rule refuses them with ``code``."""
    bad = list[str]()
    for name in set(names) & _body(asked).keys():
        value = asked.field(name)
        try:
            if value is not None:
                RULES[name](value, name, gateway.profile)
        except ApiError as refused:
            bad += [name] * (refused.code == code)
    return asked.without_fields(*bad) if bad else asked


@on_request(breaks="requests.wrong-types-refused")
def unreadable_members_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An option of the wrong type counts as absent."""
    return _dropped(
        asked, gateway, "invalid_type", "instructions", "temperature", "top_p", "stream"
    )


@on_request(breaks="requests.wrong-types-refused")
def true_is_one(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Where a number belongs, true is 1."""
    odd = asked.is_create and asked.field("temperature") is True
    return asked.with_fields(temperature=1) if odd else asked


@on_request(breaks="requests.unknown-values-refused")
def unknown_words_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A truncation or an effort that is not known counts as absent."""
    return _dropped(asked, gateway, "invalid_value", "reasoning", "truncation")


@on_request(breaks="requests.impossible-caps-refused")
def negative_cap_dropped(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A cap below 1 is no cap."""
    cap = asked.field("max_output_tokens") if asked.is_create else None
    negative = type(cap) is int and cap < 1
    return asked.without_fields("max_output_tokens") if negative else asked


@on_request(breaks="requests.impossible-sampling-refused")
def sampling_cut_to_range(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Sampling parameters outside their range count as absent."""
    return _dropped(asked, gateway, "invalid_value", "temperature", "top_p")


@on_reply(breaks="requests.refusals-name-the-member")
def wordless_type_errors(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong type is refused without a word about where."""
    return _wordless(reply, "invalid_type")


@on_reply(breaks={"requests.refusals-name-the-member", "requests.odd-members-named"})
def wordless_value_errors(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A wrong value is refused without a word about where."""
    return _wordless(reply, "invalid_value")


def _wordless(reply: GatewayResponse, code: str) -> GatewayResponse:
    error = reply.payload.get("error") if isinstance(reply.payload, dict) else None
    if not error or error["code"] != code:
        return reply
    vague = {**error, "message": "Bad request.", "param": None}
    return reply.with_payload({"error": vague})


@on_wire(breaks="transport.every-request-is-answered")
def deep_nesting_crashes(
    asked: GatewayRequest, head: ResponseHead, chunks: Iterable[Chunk]
) -> tuple[ResponseHead, Iterable[Chunk]]:
    """A body that is nested too deep ends the connection."""
    if asked.is_create and asked.raw.count(b"[") > MAX_DEPTH:
        return ResponseHead(200, raw=b""), [RESET]
    return head, chunks


@on_request(breaks="requests.large-bodies-accepted")
def half_a_megabyte_at_most(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Bodies of more than 512 KB are refused."""
    if asked.is_create and len(asked.raw) > 512 * 1024:
        message = "The request body is too large."
        return refusal(ApiError(413, message, code="request_too_large"))
    return asked
