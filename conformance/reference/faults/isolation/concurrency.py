"""Defects of many requests at once: answers, words and ids that get mixed up."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _recites(asked: GatewayRequest) -> bool:
    """Whether a request asks for a word within the cap that goes with it."""
    said = asked.field("input")
    exact = isinstance(said, str) and said.startswith("Reply with exactly:")
    return exact and asked.field("max_output_tokens") == 64


def _with_text(reply: GatewayResponse, text: str) -> GatewayResponse:
    def say(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return rebuild_stream(reply, say)


def _one_id(
    asked: GatewayRequest, reply: GatewayResponse, key: object
) -> GatewayResponse:
    """Give all answers of the same ``key`` the id of the first."""
    ids = asked.fault_state.setdefault("ids", {})

    def level(response: Json) -> Json:
        return {**response, "id": ids.setdefault(key, response["id"])}

    return change_each_response(reply, level)


@on_reply(breaks="isolation.no-foreign-word")
def buffer_shared(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Every other answer says what was asked of the request before it."""
    if not _recites(asked):
        return reply
    said = asked.field("input").partition(": ")[2]
    before = asked.fault_state.pop("said", None)
    if before is None:
        asked.fault_state["said"] = said
        return reply
    return _with_text(reply, before)


@on_reply(breaks="isolation.no-foreign-word")
def streams_share_a_buffer(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream says what was asked of the stream before it."""
    if not (_recites(asked) and reply.streamed):
        return reply
    said = asked.field("input").partition(": ")[2]
    before = asked.fault_state.get("streamed", said)
    asked.fault_state["streamed"] = said
    return _with_text(reply, before)


@on_reply(
    breaks={
        "isolation.instructions-are-part-of-the-question",
        "responses.ids-are-unique",
    }
)
def instructions_not_in_cache_key(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests that differ in their instructions alone have one answer's id."""
    said = asked.field("input")
    if (
        not asked.field("instructions")
        or asked.wants_stream
        or not isinstance(said, str)
    ):
        return reply
    return _one_id(asked, reply, said)


@on_reply(breaks="isolation.equal-requests-have-two-answers")
def equal_requests_answered_once(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests that are equal in every byte have one answer's id."""
    return _one_id(asked, reply, asked.raw) if _recites(asked) else reply


@on_reply(breaks="isolation.call-ids-are-not-shared")
def call_ids_start_again(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where a call is required, the calls of each answer are numbered from 1."""

    def number(response: Json) -> Json:
        calls = [i for i in response["output"] if i["type"] == "function_call"]
        for place, call in enumerate(calls, 1):
            call["call_id"] = f"call_{place}"
        return response

    required = asked.field("tool_choice") == "required"
    return rebuild_stream(reply, number) if required else reply
