"""Defects of the status: responses that end one way and say another."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_each_item,
    change_finished_response,
    change_json_response,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _instead_of_completed(word: str) -> Change:
    def change(value: Json) -> Json:
        said = word if value["status"] == "completed" else value["status"]
        return {**value, "status": said}

    return change


@on_reply(breaks="status.is-known")
def finish_reason_as_status(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's finish reason stands in the place of the status."""
    return change_json_response(reply, _instead_of_completed("stop"))


@on_reply(breaks="status.is-known")
def status_uppercase(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The status of an answer is COMPLETED."""
    return change_json_response(reply, _instead_of_completed("COMPLETED"))


@on_reply(breaks="status.is-final")
def response_stays_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A finished answer says that it is in progress."""
    return change_json_response(reply, _instead_of_completed("in_progress"))


@on_reply(breaks="status.error-is-set-exactly-when-failed")
def completed_response_has_error(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A completed answer has an error."""
    error = {"code": "server_error", "message": "A retry was needed."}

    def with_error(response: Json) -> Json:
        failed = response["status"] == "completed"
        return {**response, "error": error if failed else None}

    return change_json_response(reply, with_error)


@on_reply(breaks="status.error-is-set-exactly-when-failed")
def failed_response_without_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer under truncation disabled fails, and does not say why."""
    if request.field("truncation") != "disabled":
        return reply
    return change_json_response(
        reply, set_fields(status="failed", output=[], error=None)
    )


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def incomplete_details_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A cut answer has no incomplete_details."""
    return change_finished_response(reply, set_fields(incomplete_details=None))


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def incomplete_reason_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The incomplete_details of a cut answer are empty."""
    return change_finished_response(reply, set_fields(incomplete_details={}))


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def completed_response_has_incomplete_reason(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every answer has a reason for being incomplete."""
    reason = {"reason": "max_output_tokens"}
    return change_json_response(reply, set_fields(incomplete_details=reason))


@on_reply(breaks="status.completed-response-has-no-unfinished-item")
def items_stay_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The items of a completed answer keep the status that they began with."""
    if reply.streamed:
        return reply
    return change_each_item(reply, _instead_of_completed("in_progress"))


@on_reply(breaks="status.item-status-is-known")
def finish_reason_as_item_status(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The upstream's finish reason stands in the items."""
    if reply.streamed:
        return reply
    return change_each_item(reply, _instead_of_completed("stop"))


@on_reply(breaks="status.truncated-message-is-not-completed")
def truncated_message_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a cut answer is called completed."""
    if reply.streamed:
        return reply
    return change_each_item(reply, set_fields(status="completed"))
