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
    {"limits.oversized-prompt-causes-no-server-error", "errors.never-a-server-error"}
)


SMALLEST: Final = 16
"""The smallest cap that every model takes."""


LARGER: Final = 64


IGNORED: Final = frozenset(
    {
        "limits.max-output-tokens-is-honored",
        "usage.completion-does-not-exceed-max-output-tokens",
    }
)


def _refusal(status: int, message: str) -> GatewayResponse:
    refused = ApiError(status, message, code="upstream_error")
    return GatewayResponse(status, payload=refused.envelope())


PLAIN: Final = frozenset({"model", "input", "max_output_tokens", "stream"})


def _cap_of(request: GatewayRequest) -> int:
    """The cap of a request that the contract allows, or 0 where there is none."""
    cap = request.field("max_output_tokens")
    whole = request.is_create and isinstance(cap, int) and not isinstance(cap, bool)
    return cap if whole and cap >= SMALLEST else 0


def _capped_at(
    request: GatewayRequest, gateway: Gateway, cap: int | None
) -> GatewayResponse:
    """Answer under another cap, and repeat the client's own."""
    reply = gateway.answer(request.with_fields(max_output_tokens=cap))
    return change_each_response(reply, set_fields(max_output_tokens=_cap_of(request)))


@on_reply(breaks="limits.max-output-tokens-is-accepted")
def output_cap_rejected(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A plain request with a max_output_tokens from 17 to 63 is refused."""
    small = SMALLEST < _cap_of(request) < LARGER
    if reply.is_rejection or not small or request.body.keys() - PLAIN:
        return reply
    return _refusal(400, "Unknown field.")


@on_reply(breaks="limits.max-output-tokens-is-accepted")
def output_cap_rejected_in_streams(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream with max_output_tokens is refused."""
    if not reply.streamed or not _cap_of(request) or request.body.keys() - PLAIN:
        return reply
    return _refusal(400, "Unknown field.")


@on_request(breaks=IGNORED)
def output_cap_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The cap is not passed on."""
    return _capped_at(request, gateway, None) if _cap_of(request) else request


@on_request(breaks=IGNORED)
def output_cap_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The cap is not passed on when a stream is asked for."""
    ignored = _cap_of(request) and request.wants_stream
    return _capped_at(request, gateway, None) if ignored else request


@on_request(breaks=IGNORED)
def output_cap_doubled(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Twice the cap is passed on."""
    cap = _cap_of(request)
    return _capped_at(request, gateway, 2 * cap) if cap else request


def _completed(response: Json) -> Json:
    done = [{**item, "status": "completed"} for item in response["output"]]
    whole = {"status": "completed", "incomplete_details": None, "output": done}
    return {**response, **whole}


@on_reply(breaks="limits.truncated-response-is-incomplete")
def truncated_response_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer that the cap has cut says that it is completed."""
    return reply if reply.streamed else rebuild_stream(reply, _completed)


@on_reply(breaks="limits.truncated-response-is-incomplete")
def truncated_stream_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream that the cap has cut says that it is completed."""
    return rebuild_stream(reply, _completed) if reply.streamed else reply


@on_reply(breaks="limits.incomplete-reason-is-max-output-tokens")
def incomplete_reason_is_length(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The reason of a cut answer is chat's word for it."""

    def chat(response: Json) -> Json:
        if response["status"] != "incomplete":
            return response
        return {**response, "incomplete_details": {"reason": "length"}}

    return change_finished_response(reply, chat)


@on_reply(
    breaks={"limits.short-response-is-not-incomplete", "limits.no-hidden-output-cap"}
)
def short_response_marked_incomplete(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer without a cap says that it is incomplete."""
    if request.field("max_output_tokens") is not None:
        return reply
    cut = set_fields(
        status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    )
    return rebuild_stream(reply, cut)


@on_request(breaks="limits.no-hidden-output-cap")
def hidden_output_cap(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """Where the client sets no cap, the gateway sets one of six tokens."""
    if not request.is_create or request.field("max_output_tokens") is not None:
        return request
    return request.with_fields(max_output_tokens=6)


@on_reply(
    breaks={
        "limits.truncation-auto-is-accepted-or-clearly-refused",
        "requests.documented-fields-are-accepted",
    }
)
def truncation_rejected_without_reason(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with a truncation is refused without a name."""
    if reply.is_rejection or request.field("truncation") is None:
        return reply
    return _refusal(400, "Unknown field.")


@on_request(breaks=BROKEN)
def oversized_prompt_returns_500(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long is a server error."""
    return _refusal(500, "Internal error.") if len(request.raw) > LARGE else request


@on_request(breaks=BROKEN)
def oversized_prompt_returns_502(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The upstream's refusal of a prompt that is too long becomes a 502."""
    return _refusal(502, "Bad gateway.") if len(request.raw) > LARGE else request


@on_request(breaks="limits.oversized-prompt-is-clearly-refused")
def oversized_prompt_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long is refused as a bad request."""
    return _refusal(400, "Bad request.") if len(request.raw) > LARGE else request


@on_request(breaks="limits.oversized-prompt-is-clearly-refused")
def oversized_prompt_silently_truncated(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """The beginning of a prompt that is too long is answered."""
    if len(request.raw) <= LARGE:
        return request
    return request.with_fields(input=str(request.field("input"))[:1000])
