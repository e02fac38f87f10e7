"""Defects of stored conversations: lost, doubled, kept too long, or shown to others."""

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


def previous(request: GatewayRequest, gateway: Gateway) -> Record | None:
    """The record that a request continues, whoever it belongs to."""
    named = request.field("previous_response_id")
    return gateway.store.records.get(named) if isinstance(named, str) else None


def afresh(request: GatewayRequest, gateway: Gateway) -> GatewayResponse:
    """Answer as if nothing was continued, and repeat the id that was."""
    own = request.field("previous_response_id")
    reply = gateway.answer(request.without_fields("previous_response_id"))
    return change_each_response(reply, lambda r: {**r, "previous_response_id": own})


def _as_items(request: GatewayRequest) -> list[Json]:
    given = request.field("input")
    if isinstance(given, list):
        return given
    return [{"role": "user", "content": given or ""}]


def _unknown() -> GatewayResponse:
    refused = ApiError(
        404,
        "No response is known by this previous_response_id.",
        param="previous_response_id",
        code="previous_response_not_found",
    )
    return GatewayResponse(404, payload=refused.envelope())


@on_request(breaks="state.stored-response-can-be-continued")
def stored_response_not_found(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Answers say that they are stored, and none is ever found."""
    return _unknown() if request.field("previous_response_id") else request


@on_request(breaks="state.previous-response-reaches-the-model")
def previous_response_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Known ids of earlier answers are dropped, unless a call is answered."""
    if isinstance(request.field("input"), list) or not previous(request, gateway):
        return request
    return afresh(request, gateway)


@on_reply(breaks="state.streamed-response-can-be-continued")
def stored_stream_id_differs(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream has another id than the response that is stored."""
    told = new_id("resp")
    if not reply.streamed:
        return reply
    return change_each_response(reply, lambda response: {**response, "id": told})


@on_request(breaks="state.context-grows-by-one-turn")
def history_duplicated(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The stored turns are put before a context that holds them already."""
    record = previous(request, gateway)
    if record is None or isinstance(request.field("input"), list):
        return request
    return request.with_fields(input=[*record.context, *_as_items(request)])


@on_request(breaks="state.context-grows-by-one-turn")
def history_lost_after_two_turns(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """What continues a response that continued another is answered out of nothing."""
    record = previous(request, gateway)
    if record and record.response["previous_response_id"]:
        nothing = to_json({"response": record.response, "context": []})
        named = request.field("previous_response_id")
        gateway.store.records[named] = replace(record, written=nothing)
    return request


@on_request(breaks="state.context-grows-by-one-turn")
def history_lost_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A turn that is asked for as a stream is answered out of nothing."""
    lost = request.wants_stream and previous(request, gateway)
    return afresh(request, gateway) if lost else request


@on_request(breaks="state.instructions-are-not-carried-over")
def instructions_stored_as_message(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """The instructions of a turn become a message of the next."""
    record = previous(request, gateway)
    kept = record.response["instructions"] if record else None
    if not kept:
        return request
    message = {"role": "user", "content": kept}
    return request.with_fields(input=[message, *_as_items(request)])


@on_request(
    breaks={"state.instructions-are-not-carried-over", "echo.no-instructions-are-added"}
)
def instructions_carried_over(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """A turn without instructions has those of the turn before."""
    record = previous(request, gateway)
    kept = record.response["instructions"] if record else None
    return request.with_fields(instructions=kept) if kept else request


@on_request(breaks="state.unstored-response-cannot-be-continued")
def store_false_ignored(request: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A continued conversation is stored whatever store says."""
    return request.without_fields("store") if previous(request, gateway) else request


@on_reply(breaks="state.get-returns-the-response-or-error")
def fetched_response_id_differs(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response has a new id each time that it is fetched."""
    if request.method != "GET":
        return reply
    return change_each_response(
        reply, lambda response: {**response, "id": new_id("resp")}
    )


@on_reply(breaks="state.get-returns-the-response-or-error")
def get_returns_html(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The route that fetches a response falls through to a web page."""
    if request.method != "GET" or not request.path.startswith("/v1/responses/"):
        return reply
    page = b"<!doctype html><title>Not found</title>"
    return GatewayResponse(404, raw=page, media_type="text/html")


@on_request(breaks="state.stored-call-result-is-accepted")
def function_calls_not_stored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The calls of a conversation are not stored with it."""
    if not previous(request, gateway) or not isinstance(request.field("input"), list):
        return request
    refused = ApiError(
        400, "No tool call found for this function call output.", code="no_such_call"
    )
    return GatewayResponse(400, payload=refused.envelope())


@on_request(
    breaks={
        "state.unknown-id-is-refused",
        "state.unstored-response-cannot-be-continued",
    }
)
def unknown_previous_id_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An id that leads nowhere starts a new conversation."""
    named = request.field("previous_response_id")
    likely = isinstance(named, str) and named.startswith("resp_")
    lost = likely and not previous(request, gateway)
    return afresh(request, gateway) if lost else request
