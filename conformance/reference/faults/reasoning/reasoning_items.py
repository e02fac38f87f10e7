"""Defects of reasoning: refused, uncounted, misshapen, or spilt into the text."""

from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_item, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


STARVING = 16
"""A cap, in tokens, that thinking may use up."""


def _effort(request: GatewayRequest) -> Json:
    reasoning = request.field("reasoning")
    return reasoning.get("effort") if isinstance(reasoning, dict) else None


def _starves(request: GatewayRequest) -> bool:
    cap = request.field("max_output_tokens")
    return bool(_effort(request)) and isinstance(cap, int) and cap <= STARVING


def _refusal(status: int, message: str) -> GatewayResponse:
    refused = ApiError(status, message, code="invalid_request")
    return GatewayResponse(status, payload=refused.envelope())


@on_request(breaks="reasoning.effort-is-accepted-or-clearly-refused")
def effort_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with an effort is refused without a word on why."""
    known = _effort(request) in {"low", "medium", "high"}
    return _refusal(400, "The request is not valid.") if known else request


@on_request(
    breaks={
        "reasoning.using-up-max-output-tokens-is-incomplete",
        "errors.never-a-server-error",
    }
)
def cap_used_up_by_reasoning_returns_500(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Where reasoning uses up the cap, the gateway breaks down."""
    return _refusal(500, "The answer has no message.") if _starves(request) else request


@on_reply(breaks="reasoning.using-up-max-output-tokens-is-incomplete")
def cap_used_up_by_reasoning_marked_completed(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where reasoning uses up the cap, the answer is completed, and empty."""

    def starve(response: Json) -> Json:
        usage = response["usage"]
        for spent in ("completion_tokens", "output_tokens"):
            if spent in usage:
                usage["total_tokens"] += STARVING - usage[spent]
                usage[spent] = STARVING
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = ""
        return response

    return rebuild_stream(reply, starve) if _starves(request) else reply


@on_request(breaks="reasoning.own-output-is-accepted-as-input")
def reasoning_input_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A reasoning item is unknown when a client sends it back."""
    given = request.field("input")
    items = given if isinstance(given, list) else []
    if any(isinstance(i, dict) and i.get("type") == "reasoning" for i in items):
        return _refusal(400, "An item of the input has an unknown type.")
    return request


def _thinking(reply: GatewayResponse, change: Json) -> GatewayResponse:
    """Change the reasoning items of an answer that is no stream."""

    def rethink(item: Json) -> Json:
        return change(item) if item["type"] == "reasoning" else item

    return reply if reply.streamed else change_each_item(reply, rethink)


@on_reply(breaks="reasoning.item-has-a-summary")
def reasoning_summary_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A reasoning item has no summary."""
    return _thinking(
        reply, lambda item: {k: v for k, v in item.items() if k != "summary"}
    )


@on_reply(breaks="reasoning.parts-have-a-type-and-text")
def reasoning_part_type_is_output_text(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The parts of a summary have the type of a message's parts."""

    def retype(item: Json) -> Json:
        parts = [{**part, "type": "output_text"} for part in item["summary"]]
        return {**item, "summary": parts}

    return _thinking(reply, retype)


@on_reply(breaks="reasoning.visible-reasoning-is-counted")
def reasoning_tokens_always_zero(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The count of reasoning tokens stands at its default."""

    def forget(response: Json) -> Json:
        for name in ("completion_tokens_details", "output_tokens_details"):
            if name in response["usage"]:
                response["usage"][name]["reasoning_tokens"] = 0
        return response

    return rebuild_stream(reply, forget)


@on_reply(breaks="reasoning.think-tags-are-not-in-text")
def think_tags_in_text(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where there is reasoning, it is told in the text, between tags."""

    def spill(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                text = item["content"][0]["text"]
                item["content"][0]["text"] = f"<think>Well.</think> {text}"
        return response

    return (
        rebuild_stream(reply, spill)
        if _effort(request) and not reply.streamed
        else reply
    )
