"""Faults that break requirements of `contract/limits/output_cap.py`.

A *cap* is the value of ``max_output_tokens``, in tokens.
"""

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

OVERSIZED: Final = 1 << 20
"""Size in bytes above which the body of a request counts as an oversized prompt."""

SERVER_ERROR_ON_OVERSIZED: Final = frozenset(
    {"limits.oversized-prompt-causes-no-server-error", "errors.never-a-server-error"}
)
"""Requirements that a fault violates if it returns a 5xx for an oversized prompt."""

MIN_CAP: Final = 16
"""Lowest cap that every model accepts. These faults do not change lower ones."""

FIRST_ACCEPTED_CAP: Final = 64
"""Lowest cap above ``MIN_CAP`` that the fault ``output_cap_rejected`` accepts."""

CAP_IS_HONORED: Final = frozenset(
    {
        "limits.max-output-tokens-is-honored",
        "usage.completion-does-not-exceed-max-output-tokens",
    }
)
"""Requirements that a fault violates if the output is longer than the cap."""


def _error(status: int, message: str) -> GatewayResponse:
    error = ApiError(status, message, code="upstream_error")
    return GatewayResponse(status, payload=error.envelope())


PLAIN_FIELDS: Final = frozenset({"model", "input", "max_output_tokens", "stream"})
"""The fields of a plain request with a cap; faults skip requests with other fields."""


def _cap_of(request: GatewayRequest) -> int:
    """Return the cap of a request, or 0 if it has none or one below ``MIN_CAP``."""
    cap = request.field("max_output_tokens")
    if not request.is_create or not isinstance(cap, int) or isinstance(cap, bool):
        return 0
    return cap if cap >= MIN_CAP else 0


def _answer_with_cap(
    request: GatewayRequest, gateway: Gateway, cap: int | None
) -> GatewayResponse:
    """Answer as if the request had ``cap``, but return its own cap in the response."""
    reply = gateway.answer(request.with_fields(max_output_tokens=cap))
    return change_each_response(reply, set_fields(max_output_tokens=_cap_of(request)))


@on_reply(breaks="limits.max-output-tokens-is-accepted")
def output_cap_rejected(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A request with no option but ``max_output_tokens`` from 17 to 63 is rejected."""
    small = MIN_CAP < _cap_of(request) < FIRST_ACCEPTED_CAP
    if reply.is_rejection or not small or request.body.keys() - PLAIN_FIELDS:
        return reply
    return _error(400, "Unknown field.")


@on_reply(breaks="limits.max-output-tokens-is-accepted")
def output_cap_rejected_in_streams(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A streaming request with ``max_output_tokens`` is rejected."""
    if not reply.streamed or not _cap_of(request) or request.body.keys() - PLAIN_FIELDS:
        return reply
    return _error(400, "Unknown field.")


@on_request(breaks=CAP_IS_HONORED)
def output_cap_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The gateway does not pass on ``max_output_tokens`` to the model."""
    return _answer_with_cap(request, gateway, None) if _cap_of(request) else request


@on_request(breaks=CAP_IS_HONORED)
def output_cap_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The gateway does not pass on ``max_output_tokens`` of a streaming request."""
    streamed = _cap_of(request) and request.wants_stream
    return _answer_with_cap(request, gateway, None) if streamed else request


@on_request(breaks=CAP_IS_HONORED)
def output_cap_doubled(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The gateway passes on twice the value of ``max_output_tokens`` to the model."""
    cap = _cap_of(request)
    return _answer_with_cap(request, gateway, 2 * cap) if cap else request


def _completed(response: Json) -> Json:
    items = [{**item, "status": "completed"} for item in response["output"]]
    fields = {"status": "completed", "incomplete_details": None, "output": items}
    return {**response, **fields}


@on_reply(breaks="limits.truncated-response-is-incomplete")
def truncated_response_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A truncated JSON response has the status ``completed``."""
    return reply if reply.streamed else rebuild_stream(reply, _completed)


@on_reply(breaks="limits.truncated-response-is-incomplete")
def truncated_stream_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A truncated stream has the status ``completed``."""
    return rebuild_stream(reply, _completed) if reply.streamed else reply


@on_reply(breaks="limits.incomplete-reason-is-max-output-tokens")
def incomplete_reason_is_length(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The reason of a truncated response is ``length``, as in Chat Completions."""

    def with_chat_reason(response: Json) -> Json:
        if response["status"] != "incomplete":
            return response
        return {**response, "incomplete_details": {"reason": "length"}}

    return change_finished_response(reply, with_chat_reason)


@on_reply(
    breaks={"limits.short-response-is-not-incomplete", "limits.no-hidden-output-cap"}
)
def short_response_marked_incomplete(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Responses to requests without a cap have the status ``incomplete``."""
    if request.field("max_output_tokens") is not None:
        return reply
    truncated = set_fields(
        status="incomplete", incomplete_details={"reason": "max_output_tokens"}
    )
    return rebuild_stream(reply, truncated)


@on_request(breaks="limits.no-hidden-output-cap")
def hidden_output_cap(request: GatewayRequest, _gateway: Gateway) -> GatewayRequest:
    """The gateway sets a cap of six tokens on requests without a cap."""
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
    """A request with ``truncation`` is rejected with an error that names no field."""
    if reply.is_rejection or request.field("truncation") is None:
        return reply
    return _error(400, "Unknown field.")


@on_request(breaks=SERVER_ERROR_ON_OVERSIZED)
def oversized_prompt_returns_500(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long causes a 500."""
    return _error(500, "Internal error.") if len(request.raw) > OVERSIZED else request


@on_request(breaks=SERVER_ERROR_ON_OVERSIZED)
def oversized_prompt_returns_502(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The upstream's 4xx for a prompt that is too long becomes a 502."""
    return _error(502, "Bad gateway.") if len(request.raw) > OVERSIZED else request


@on_request(breaks="limits.oversized-prompt-is-clearly-refused")
def oversized_prompt_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A prompt that is too long is rejected with 400 and no reason."""
    return _error(400, "Bad request.") if len(request.raw) > OVERSIZED else request


@on_request(breaks="limits.oversized-prompt-is-clearly-refused")
def oversized_prompt_silently_truncated(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """Only the first 1000 characters of a prompt that is too long reach the model."""
    if len(request.raw) <= OVERSIZED:
        return request
    return request.with_fields(input=str(request.field("input"))[:1000])
