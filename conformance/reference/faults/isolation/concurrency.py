"""Defects of many requests at once: answers, words and ids that get mixed up."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _recites(request: GatewayRequest) -> bool:
    """Whether a request asks for a word within the cap that goes with it."""
    said = request.field("input")
    exact = isinstance(said, str) and said.startswith("Reply with exactly:")
    return exact and request.field("max_output_tokens") == 64


def _with_text(reply: GatewayResponse, text: str) -> GatewayResponse:
    def say(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return rebuild_stream(reply, say)


def _one_id(
    request: GatewayRequest, reply: GatewayResponse, key: object
) -> GatewayResponse:
    """Give all answers of the same ``key`` the id of the first."""
    ids = request.fault_state.setdefault("ids", {})

    def level(response: Json) -> Json:
        return {**response, "id": ids.setdefault(key, response["id"])}

    return change_each_response(reply, level)


@on_reply(breaks="isolation.no-text-from-another-request")
def text_from_previous_request(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every other answer says what was asked of the request before it."""
    if not _recites(request):
        return reply
    said = request.field("input").partition(": ")[2]
    before = request.fault_state.pop("said", None)
    if before is None:
        request.fault_state["said"] = said
        return reply
    return _with_text(reply, before)


@on_reply(breaks="isolation.no-text-from-another-request")
def text_from_previous_stream(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream says what was asked of the stream before it."""
    if not (_recites(request) and reply.streamed):
        return reply
    said = request.field("input").partition(": ")[2]
    before = request.fault_state.get("streamed", said)
    request.fault_state["streamed"] = said
    return _with_text(reply, before)


@on_reply(
    breaks={
        "isolation.different-instructions-get-separate-responses",
        "responses.ids-are-unique",
    }
)
def different_instructions_share_response_id(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests that differ in their instructions alone have one answer's id."""
    said = request.field("input")
    if (
        not request.field("instructions")
        or request.wants_stream
        or not isinstance(said, str)
    ):
        return reply
    return _one_id(request, reply, said)


@on_reply(breaks="isolation.equal-requests-get-separate-responses")
def equal_requests_share_response_id(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests that are equal in every byte have one answer's id."""
    return _one_id(request, reply, request.raw) if _recites(request) else reply


@on_reply(breaks="isolation.call-ids-differ-between-responses")
def call_ids_repeat_across_responses(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Where a call is required, the calls of each answer are numbered from 1."""

    def number(response: Json) -> Json:
        calls = [i for i in response["output"] if i["type"] == "function_call"]
        for place, call in enumerate(calls, 1):
            call["call_id"] = f"call_{place}"
        return response

    required = request.field("tool_choice") == "required"
    return rebuild_stream(reply, number) if required else reply
