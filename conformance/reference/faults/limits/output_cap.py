"""Defects at the limits: caps that are lost or refused, prompts that are too long."""

from typing import Any, Final

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    change_each_response,
    change_finished_response,
    rebuild_stream,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


LARGE: Final = 1 << 20
"""Bytes from which a request counts as oversized here."""


BROKEN: Final = frozenset(
    {"limits.oversized-prompt-is-no-server-error", "errors.never-a-server-error"}
)


SMALLEST: Final = 16
"""The smallest cap that every model takes."""


LARGER: Final = 64


IGNORED: Final = frozenset(
    {"limits.cap-is-honoured", "usage.completion-is-within-the-cap"}
)


def _refusal(status: int, message: str) -> GatewayResponse:
    refused = ApiError(status, message, code="upstream_error")
    return GatewayResponse(status, payload=refused.envelope())


PLAIN: Final = frozenset({"model", "input", "max_output_tokens", "stream"})


def _cap_of(asked: GatewayRequest) -> int:
    """The cap of a request that the contract allows, or 0 where there is none."""
    cap = asked.field("max_output_tokens")
    whole = asked.is_create and isinstance(cap, int) and not isinstance(cap, bool)
    return cap if whole and cap >= SMALLEST else 0


def _capped_at(
    asked: GatewayRequest, gateway: Gateway, cap: int | None
) -> GatewayResponse:
    """Answer under another cap, and repeat the client's own."""
    reply = gateway.answer(asked.with_fields(max_output_tokens=cap))
    return change_each_response(reply, set_fields(max_output_tokens=_cap_of(asked)))


@on_reply(breaks="limits.cap-is-accepted")
def cap_refused(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A plain request with a max_output_tokens from 17 to 63 is refused."""
    small = SMALLEST < _cap_of(asked) < LARGER
    if reply.is_rejection or not small or asked.body.keys() - PLAIN:
        return reply
    return _refusal(400, "Unknown field.")


@on_reply(breaks="limits.cap-is-accepted")
def cap_refused_in_streams(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream with max_output_tokens is refused."""
    if not reply.streamed or not _cap_of(asked) or asked.body.keys() - PLAIN:
        return reply
    return _refusal(400, "Unknown field.")


@on_request(breaks=IGNORED)
def cap_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The cap is not passed on."""
    return _capped_at(asked, gateway, None) if _cap_of(asked) else asked


@on_request(breaks=IGNORED)
def cap_ignored_in_streams(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The cap is not passed on when a stream is asked for."""
    ignored = _cap_of(asked) and asked.wants_stream
    return _capped_at(asked, gateway, None) if ignored else asked


@on_request(breaks=IGNORED)
def cap_doubled(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Twice the cap is passed on."""
    cap = _cap_of(asked)
    return _capped_at(asked, gateway, 2 * cap) if cap else asked


def _completed(response: Json) -> Json:
    done = [{**item, "status": "completed"} for item in response["output"]]
    whole = {"status": "completed", "incomplete_details": None, "output": done}
    return {**response, **whole}


@on_reply(breaks="limits.cut-answer-says-incomplete")
def cut_says_completed(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer that the cap has cut says that it is completed."""
    return reply if reply.streamed else rebuild_stream(reply, _completed)


@on_reply(breaks="limits.cut-answer-says-incomplete")
def cut_stream_says_completed(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream that the cap has cut says that it is completed."""
    return rebuild_stream(reply, _completed) if reply.streamed else reply


@on_reply(breaks="limits.cut-answer-names-the-cap")
def cut_by_length(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The reason of a cut answer is chat's word for it."""

    def chat(response: Json) -> Json:
        if response["status"] != "incomplete":
            return response
        return {**response, "incomplete_details": {"reason": "length"}}

    return change_finished_response(reply, chat)


@on_reply(breaks={"limits.short-answer-says-completed", "limits.no-hidden-cap"})
def short_says_incomplete(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer without a cap says that it is incomplete."""
    if asked.field("max_output_tokens") is not None:
        return reply
    cut = set_fields(
        status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    )
    return rebuild_stream(reply, cut)


@on_request(breaks="limits.no-hidden-cap")
def hidden_cap(asked: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """Where the client sets no cap, the gateway sets one of six tokens."""
    if not asked.is_create or asked.field("max_output_tokens") is not None:
        return asked
    return asked.with_fields(max_output_tokens=6)


@on_reply(breaks={"limits.truncation-is-accepted", "requests.page-members-accepted"})
def truncation_refused_namelessly(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with a truncation is refused without a name."""
    if reply.is_rejection or asked.field("truncation") is None:
        return reply
    return _refusal(400, "Unknown field.")


@on_request(breaks=BROKEN)
def oversized_prompt_breaks(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long is a server error."""
    return _refusal(500, "Internal error.") if len(asked.raw) > LARGE else asked


@on_request(breaks=BROKEN)
def oversized_prompt_is_a_bad_gateway(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The upstream's refusal of a prompt that is too long becomes a 502."""
    return _refusal(502, "Bad gateway.") if len(asked.raw) > LARGE else asked


@on_request(breaks="limits.oversized-prompt-is-refused-by-its-size")
def oversized_prompt_refused_without_a_word(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long is refused as a bad request."""
    return _refusal(400, "Bad request.") if len(asked.raw) > LARGE else asked


@on_request(breaks="limits.oversized-prompt-is-refused-by-its-size")
def oversized_prompt_cut_silently(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The beginning of a prompt that is too long is answered."""
    if len(asked.raw) <= LARGE:
        return asked
    return asked.with_fields(input=str(asked.field("input"))[:1000])
