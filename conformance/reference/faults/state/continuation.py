"""Faults that break requirements of `contract/state/continuation.py`."""

from dataclasses import replace
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id
from conformance.reference.response_message import GatewayResponse, to_json
from conformance.reference.store import Record

Json = Any


def find_previous(request: GatewayRequest, gateway: Gateway) -> Record | None:
    """Return the stored record that a request continues, even that of another key."""
    id_ = request.field("previous_response_id")
    return gateway.store.records.get(id_) if isinstance(id_, str) else None


def answer_without_history(
    request: GatewayRequest, gateway: Gateway
) -> GatewayResponse:
    """Answer as if ``previous_response_id`` was missing, but echo it."""
    original = request.field("previous_response_id")
    reply = gateway.answer(request.without_fields("previous_response_id"))
    return change_each_response(
        reply, lambda r: {**r, "previous_response_id": original}
    )


def _input_items(request: GatewayRequest) -> list[Json]:
    """Return ``input`` as an array of items."""
    input_ = request.field("input")
    if isinstance(input_, list):
        return input_
    return [{"role": "user", "content": input_ or ""}]


def _not_found() -> GatewayResponse:
    error = ApiError(
        404,
        "No response is known by this previous_response_id.",
        param="previous_response_id",
        code="previous_response_not_found",
    )
    return GatewayResponse(404, payload=error.envelope())


@on_request(breaks="state.stored-response-can-be-continued")
def stored_response_not_found(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Responses have ``store: true``, but continuing them returns 404."""
    return _not_found() if request.field("previous_response_id") else request


@on_request(breaks="state.previous-response-reaches-the-model")
def previous_response_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A valid ``previous_response_id`` is ignored unless ``input`` is an array."""
    if isinstance(request.field("input"), list) or not find_previous(request, gateway):
        return request
    return answer_without_history(request, gateway)


@on_reply(breaks="state.streamed-response-can-be-continued")
def stored_stream_id_differs(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The response ``id`` in a stream is not the id of the stored response."""
    id_ = new_id("resp")
    if not reply.streamed:
        return reply
    return change_each_response(reply, lambda response: {**response, "id": id_})


@on_request(breaks="state.context-grows-by-one-turn")
def history_duplicated(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """Stored turns are prepended to a context that already contains them."""
    record = find_previous(request, gateway)
    if record is None or isinstance(request.field("input"), list):
        return request
    return request.with_fields(input=[*record.context, *_input_items(request)])


@on_request(breaks="state.context-grows-by-one-turn")
def history_lost_after_two_turns(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """From the third turn on, all earlier turns are lost."""
    record = find_previous(request, gateway)
    if record and record.response["previous_response_id"]:
        without_context = to_json({"response": record.response, "context": []})
        id_ = request.field("previous_response_id")
        gateway.store.records[id_] = replace(record, data=without_context)
    return request


@on_request(breaks="state.context-grows-by-one-turn")
def history_lost_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``previous_response_id`` is ignored in streaming requests."""
    if request.wants_stream and find_previous(request, gateway):
        return answer_without_history(request, gateway)
    return request


@on_request(breaks="state.instructions-are-not-carried-over")
def instructions_stored_as_message(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """``instructions`` of one turn become a message in the next turn."""
    record = find_previous(request, gateway)
    instructions = record.response["instructions"] if record else None
    if not instructions:
        return request
    message = {"role": "user", "content": instructions}
    return request.with_fields(input=[message, *_input_items(request)])


@on_request(
    breaks={"state.instructions-are-not-carried-over", "echo.no-instructions-are-added"}
)
def instructions_carried_over(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A turn without ``instructions`` gets those of the turn before."""
    record = find_previous(request, gateway)
    instructions = record.response["instructions"] if record else None
    if not instructions:
        return request
    return request.with_fields(instructions=instructions)


@on_request(breaks="state.unstored-response-cannot-be-continued")
def store_false_ignored(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A turn that continues another turn is stored even if ``store`` is ``false``."""
    if not find_previous(request, gateway):
        return request
    return request.without_fields("store")


@on_reply(breaks="state.get-returns-the-response-or-error")
def fetched_response_id_differs(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A fetched response has a new ``id`` each time."""
    if request.method != "GET":
        return reply
    return change_each_response(
        reply, lambda response: {**response, "id": new_id("resp")}
    )


@on_reply(breaks="state.get-returns-the-response-or-error")
def get_returns_html(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """GET requests for a response return a 404 with an HTML page."""
    if request.method != "GET" or not request.path.startswith("/v1/responses/"):
        return reply
    page = b"<!doctype html><title>Not found</title>"
    return GatewayResponse(404, raw=page, media_type="text/html")


@on_request(breaks="state.stored-call-result-is-accepted")
def function_calls_not_stored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The result of a stored call is rejected because the call was not stored."""
    if not find_previous(request, gateway) or not isinstance(
        request.field("input"), list
    ):
        return request
    error = ApiError(
        400, "No tool call found for this function call output.", code="no_such_call"
    )
    return GatewayResponse(400, payload=error.envelope())


@on_request(
    breaks={
        "state.unknown-id-is-refused",
        "state.unstored-response-cannot-be-continued",
    }
)
def unknown_previous_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An unknown id in the usual format starts a new conversation."""
    id_ = request.field("previous_response_id")
    plausible = isinstance(id_, str) and id_.startswith("resp_")
    if plausible and not find_previous(request, gateway):
        return answer_without_history(request, gateway)
    return request
