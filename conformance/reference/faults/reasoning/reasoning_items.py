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


def _effort(asked: GatewayRequest) -> Json:
    reasoning = asked.field("reasoning")
    return reasoning.get("effort") if isinstance(reasoning, dict) else None


def _starves(asked: GatewayRequest) -> bool:
    cap = asked.field("max_output_tokens")
    return bool(_effort(asked)) and isinstance(cap, int) and cap <= STARVING


def _refusal(status: int, message: str) -> GatewayResponse:
    refused = ApiError(status, message, code="invalid_request")
    return GatewayResponse(status, payload=refused.envelope())


@on_request(breaks="reasoning.effort-is-taken-or-refused-by-name")
def effort_refused_vaguely(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A request with an effort is refused without a word on why."""
    known = _effort(asked) in {"low", "medium", "high"}
    return _refusal(400, "The request is not valid.") if known else asked


@on_request(
    breaks={"reasoning.starved-answer-is-incomplete", "errors.never-a-server-error"}
)
def starved_answer_is_an_error(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Where reasoning uses up the cap, the gateway breaks down."""
    return _refusal(500, "The answer has no message.") if _starves(asked) else asked


@on_reply(breaks="reasoning.starved-answer-is-incomplete")
def starved_answer_is_completed(
    asked: GatewayRequest, reply: GatewayResponse
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

    return rebuild_stream(reply, starve) if _starves(asked) else reply


@on_request(breaks="reasoning.own-output-is-accepted-back")
def replayed_thoughts_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A reasoning item is unknown when a client sends it back."""
    given = asked.field("input")
    items = given if isinstance(given, list) else []
    if any(isinstance(i, dict) and i.get("type") == "reasoning" for i in items):
        return _refusal(400, "An item of the input has an unknown type.")
    return asked


def _thinking(reply: GatewayResponse, change: Json) -> GatewayResponse:
    """Change the reasoning items of an answer that is no stream."""

    def rethink(item: Json) -> Json:
        return change(item) if item["type"] == "reasoning" else item

    return reply if reply.streamed else change_each_item(reply, rethink)


@on_reply(breaks="reasoning.item-has-a-summary")
def thoughts_without_summary(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A reasoning item has no summary."""
    return _thinking(
        reply, lambda item: {k: v for k, v in item.items() if k != "summary"}
    )


@on_reply(breaks="reasoning.parts-hold-texts")
def thoughts_in_message_parts(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The parts of a summary have the type of a message's parts."""

    def retype(item: Json) -> Json:
        parts = [{**part, "type": "output_text"} for part in item["summary"]]
        return {**item, "summary": parts}

    return _thinking(reply, retype)


@on_reply(breaks="reasoning.shown-thoughts-are-counted")
def thoughts_not_counted(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The count of reasoning tokens stands at its default."""

    def forget(response: Json) -> Json:
        for name in ("completion_tokens_details", "output_tokens_details"):
            if name in response["usage"]:
                response["usage"][name]["reasoning_tokens"] = 0
        return response

    return rebuild_stream(reply, forget)


@on_reply(breaks="reasoning.tags-stay-out-of-the-text")
def thoughts_in_the_text(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where there is reasoning, it is told in the text, between tags."""

    def spill(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                text = item["content"][0]["text"]
                item["content"][0]["text"] = f"<think>Well.</think> {text}"
        return response

    return (
        rebuild_stream(reply, spill) if _effort(asked) and not reply.streamed else reply
    )
