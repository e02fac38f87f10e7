"""Faults that break requirements of `contract/isolation/concurrency.py`."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _requests_exact_text(request: GatewayRequest) -> bool:
    """Return whether the prompt asks the model to repeat a test word.

    Only requests of `concurrent_requests` have such a prompt and this limit of 64.
    """
    prompt = request.field("input")
    asks_for_text = isinstance(prompt, str) and prompt.startswith("Reply with exactly:")
    return asks_for_text and request.field("max_output_tokens") == 64


def _with_text(reply: GatewayResponse, text: str) -> GatewayResponse:
    """Return the reply with ``text`` as the text of its messages."""

    def replace_text(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return rebuild_stream(reply, replace_text)


def _with_shared_id(
    request: GatewayRequest, reply: GatewayResponse, key: object
) -> GatewayResponse:
    """Return the reply with the id of the first response that has the same ``key``."""
    ids_by_key = request.fault_state.setdefault("ids", {})

    def set_id(response: Json) -> Json:
        return {**response, "id": ids_by_key.setdefault(key, response["id"])}

    return change_each_response(reply, set_id)


@on_reply(breaks="isolation.no-text-from-another-request")
def text_from_previous_request(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every second response with a test word has the text of the one before it."""
    if not _requests_exact_text(request):
        return reply
    text = request.field("input").partition(": ")[2]
    previous_text = request.fault_state.pop("text", None)
    if previous_text is None:
        request.fault_state["text"] = text
        return reply
    return _with_text(reply, previous_text)


@on_reply(breaks="isolation.no-text-from-another-request")
def text_from_previous_stream(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Each stream with a test word has the text of the previous such stream."""
    if not (_requests_exact_text(request) and reply.streamed):
        return reply
    text = request.field("input").partition(": ")[2]
    previous_text = request.fault_state.get("streamed", text)
    request.fault_state["streamed"] = text
    return _with_text(reply, previous_text)


@on_reply(
    breaks={
        "isolation.different-instructions-get-separate-responses",
        "responses.ids-are-unique",
    }
)
def different_instructions_share_response_id(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests that differ only in ``instructions`` get the same response id."""
    prompt = request.field("input")
    if (
        not request.field("instructions")
        or request.wants_stream
        or not isinstance(prompt, str)
    ):
        return reply
    return _with_shared_id(request, reply, prompt)


@on_reply(breaks="isolation.equal-requests-get-separate-responses")
def equal_requests_share_response_id(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Identical requests get the same response id."""
    if not _requests_exact_text(request):
        return reply
    return _with_shared_id(request, reply, request.raw)


@on_reply(breaks="isolation.call-ids-differ-between-responses")
def call_ids_repeat_across_responses(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """With ``tool_choice: required``, each response has the ``call_id`` ``call_1``."""

    def number_calls(response: Json) -> Json:
        calls = [item for item in response["output"] if item["type"] == "function_call"]
        for position, call in enumerate(calls, 1):
            call["call_id"] = f"call_{position}"
        return response

    requires_call = request.field("tool_choice") == "required"
    return rebuild_stream(reply, number_calls) if requires_call else reply
