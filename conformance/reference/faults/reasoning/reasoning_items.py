"""Faults that break requirements of `contract/reasoning/reasoning_items.py`."""

from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_item, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

TINY_LIMIT = 16
"""Highest ``max_output_tokens`` that reasoning alone uses up, in these faults."""


def _effort(request: GatewayRequest) -> Json:
    reasoning = request.field("reasoning")
    return reasoning.get("effort") if isinstance(reasoning, dict) else None


def _is_used_up_by_reasoning(request: GatewayRequest) -> bool:
    """Return whether the request has an effort, and a limit up to ``TINY_LIMIT``."""
    limit = request.field("max_output_tokens")
    return bool(_effort(request)) and isinstance(limit, int) and limit <= TINY_LIMIT


def _error(status: int, message: str) -> GatewayResponse:
    error = ApiError(status, message, code="invalid_request")
    return GatewayResponse(status, payload=error.envelope())


@on_request(breaks="reasoning.effort-is-accepted-or-clearly-refused")
def effort_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``reasoning.effort`` is rejected with a 400 whose message gives no reason."""
    known = _effort(request) in {"low", "medium", "high"}
    return _error(400, "The request is not valid.") if known else request


@on_request(
    breaks={
        "reasoning.using-up-max-output-tokens-is-incomplete",
        "errors.never-a-server-error",
    }
)
def cap_used_up_by_reasoning_returns_500(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """If reasoning uses up ``max_output_tokens``, the gateway returns a 500."""
    if not _is_used_up_by_reasoning(request):
        return request
    return _error(500, "The answer has no message.")


@on_reply(breaks="reasoning.using-up-max-output-tokens-is-incomplete")
def cap_used_up_by_reasoning_marked_completed(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """If reasoning uses up ``max_output_tokens``, the ``status`` is ``completed``."""

    def use_up(response: Json) -> Json:
        usage = response["usage"]
        for name in ("completion_tokens", "output_tokens"):
            if name in usage:
                usage["total_tokens"] += TINY_LIMIT - usage[name]
                usage[name] = TINY_LIMIT
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = ""
        return response

    return rebuild_stream(reply, use_up) if _is_used_up_by_reasoning(request) else reply


@on_request(breaks="reasoning.own-output-is-accepted-as-input")
def reasoning_input_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Reasoning items are rejected when a client sends them back."""
    input_ = request.field("input")
    items = input_ if isinstance(input_, list) else []
    if any(isinstance(i, dict) and i.get("type") == "reasoning" for i in items):
        return _error(400, "An item of the input has an unknown type.")
    return request


def _change_reasoning(reply: GatewayResponse, change: Json) -> GatewayResponse:
    """Apply ``change`` to each reasoning item of a JSON reply, but not of a stream."""

    def change_item(item: Json) -> Json:
        return change(item) if item["type"] == "reasoning" else item

    return reply if reply.streamed else change_each_item(reply, change_item)


@on_reply(breaks="reasoning.item-has-a-summary")
def reasoning_summary_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Reasoning items in JSON responses have no ``summary``."""
    return _change_reasoning(
        reply, lambda item: {k: v for k, v in item.items() if k != "summary"}
    )


@on_reply(breaks="reasoning.parts-have-a-type-and-text")
def reasoning_part_type_is_output_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Parts of a reasoning summary have the ``type`` of message parts."""

    def retype(item: Json) -> Json:
        parts = [{**part, "type": "output_text"} for part in item["summary"]]
        return {**item, "summary": parts}

    return _change_reasoning(reply, retype)


@on_reply(breaks="reasoning.visible-reasoning-is-counted")
def reasoning_tokens_always_zero(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``reasoning_tokens`` is always 0."""

    def set_to_zero(response: Json) -> Json:
        for name in ("completion_tokens_details", "output_tokens_details"):
            if name in response["usage"]:
                response["usage"][name]["reasoning_tokens"] = 0
        return response

    return rebuild_stream(reply, set_to_zero)


@on_reply(breaks="reasoning.think-tags-are-not-in-text")
def think_tags_in_text(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A JSON response with reasoning starts its text with a ``<think>`` element."""

    def add_tags(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                text = item["content"][0]["text"]
                item["content"][0]["text"] = f"<think>Well.</think> {text}"
        return response

    return (
        rebuild_stream(reply, add_tags)
        if _effort(request) and not reply.streamed
        else reply
    )
