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


def previous(asked: GatewayRequest, gateway: Gateway) -> Record | None:
    """The record that a request continues, whoever it belongs to."""
    named = asked.field("previous_response_id")
    return gateway.store.records.get(named) if isinstance(named, str) else None


def afresh(asked: GatewayRequest, gateway: Gateway) -> GatewayResponse:
    """Answer as if nothing was continued, and repeat the id that was."""
    own = asked.field("previous_response_id")
    reply = gateway.answer(asked.without_fields("previous_response_id"))
    return change_each_response(reply, lambda r: {**r, "previous_response_id": own})


def _as_items(asked: GatewayRequest) -> list[Json]:
    given = asked.field("input")
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


@on_request(breaks="state.stored-response-is-found")
def nothing_stored(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Answers say that they are stored, and none is ever found."""
    return _unknown() if asked.field("previous_response_id") else asked


@on_request(breaks="state.previous-response-is-read")
def previous_id_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Known ids of earlier answers are dropped, unless a call is answered."""
    if isinstance(asked.field("input"), list) or not previous(asked, gateway):
        return asked
    return afresh(asked, gateway)


@on_reply(breaks="state.streamed-response-can-be-continued")
def stream_under_another_id(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A stream has another id than the response that is stored."""
    told = new_id("resp")
    if not reply.streamed:
        return reply
    return change_each_response(reply, lambda response: {**response, "id": told})


@on_request(breaks="state.context-grows-by-a-turn")
def context_doubled(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """The stored turns are put before a context that holds them already."""
    record = previous(asked, gateway)
    if record is None or isinstance(asked.field("input"), list):
        return asked
    return asked.with_fields(input=[*record.context, *_as_items(asked)])


@on_request(breaks="state.context-grows-by-a-turn")
def forgets_beyond_two_turns(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """What continues a response that continued another is answered out of nothing."""
    record = previous(asked, gateway)
    if record and record.response["previous_response_id"]:
        nothing = to_json({"response": record.response, "context": []})
        named = asked.field("previous_response_id")
        gateway.store.records[named] = replace(record, written=nothing)
    return asked


@on_request(breaks="state.context-grows-by-a-turn")
def stream_forgets_the_conversation(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A turn that is asked for as a stream is answered out of nothing."""
    lost = asked.wants_stream and previous(asked, gateway)
    return afresh(asked, gateway) if lost else asked


@on_request(breaks="state.instructions-are-not-carried-over")
def instructions_kept_as_message(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest:
    """The instructions of a turn become a message of the next."""
    record = previous(asked, gateway)
    kept = record.response["instructions"] if record else None
    if not kept:
        return asked
    message = {"role": "user", "content": kept}
    return asked.with_fields(input=[message, *_as_items(asked)])


@on_request(
    breaks={"state.instructions-are-not-carried-over", "echo.no-foreign-instructions"}
)
def instructions_inherited(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A turn without instructions has those of the turn before."""
    record = previous(asked, gateway)
    kept = record.response["instructions"] if record else None
    return asked.with_fields(instructions=kept) if kept else asked


@on_request(breaks="state.unstored-response-is-forgotten")
def everything_stored(asked: GatewayRequest, gateway: Gateway) -> GatewayRequest:
    """A continued conversation is stored whatever store says."""
    return asked.without_fields("store") if previous(asked, gateway) else asked


@on_reply(breaks="state.response-can-be-fetched")
def fetched_under_a_new_id(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response has a new id each time that it is fetched."""
    if asked.method != "GET":
        return reply
    return change_each_response(
        reply, lambda response: {**response, "id": new_id("resp")}
    )


@on_reply(breaks="state.response-can-be-fetched")
def fetch_is_a_page(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The route that fetches a response falls through to a web page."""
    if asked.method != "GET" or not asked.path.startswith("/v1/responses/"):
        return reply
    page = b"<!doctype html><title>Not found</title>"
    return GatewayResponse(404, raw=page, media_type="text/html")


@on_request(breaks="state.stored-call-can-be-answered")
def calls_not_stored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The calls of a conversation are not stored with it."""
    if not previous(asked, gateway) or not isinstance(asked.field("input"), list):
        return asked
    refused = ApiError(
        400, "No tool call found for this function call output.", code="no_such_call"
    )
    return GatewayResponse(400, payload=refused.envelope())


@on_request(
    breaks={"state.unknown-id-is-refused", "state.unstored-response-is-forgotten"}
)
def unknown_id_ignored(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """An id that leads nowhere starts a new conversation."""
    named = asked.field("previous_response_id")
    likely = isinstance(named, str) and named.startswith("resp_")
    lost = likely and not previous(asked, gateway)
    return afresh(asked, gateway) if lost else asked
