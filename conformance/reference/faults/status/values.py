"""Faults in the status: a status that does not fit the response."""

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


def _replace_completed(replacement: str) -> Change:
    """Return a change that replaces only the status ``completed``."""

    def change(value: Json) -> Json:
        completed = value["status"] == "completed"
        return {**value, "status": replacement if completed else value["status"]}

    return change


@on_reply(breaks="status.is-known")
def finish_reason_as_status(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``status`` of a JSON response is the upstream's finish reason."""
    return change_json_response(reply, _replace_completed("stop"))


@on_reply(breaks="status.is-known")
def status_uppercase(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``status`` of a JSON response is ``COMPLETED``."""
    return change_json_response(reply, _replace_completed("COMPLETED"))


@on_reply(breaks="status.is-final")
def response_stays_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A finished JSON response has the status ``in_progress``."""
    return change_json_response(reply, _replace_completed("in_progress"))


@on_reply(breaks="status.error-is-set-exactly-when-failed")
def completed_response_has_error(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A completed response has an ``error``."""
    error = {"code": "server_error", "message": "A retry was needed."}

    def with_error(response: Json) -> Json:
        completed = response["status"] == "completed"
        return {**response, "error": error if completed else None}

    return change_json_response(reply, with_error)


@on_reply(breaks="status.error-is-set-exactly-when-failed")
def failed_response_without_error(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response to ``truncation: disabled`` fails, but has no ``error``."""
    if request.field("truncation") != "disabled":
        return reply
    return change_json_response(
        reply, set_fields(status="failed", output=[], error=None)
    )


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def incomplete_details_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``incomplete_details`` of a truncated response are ``null``."""
    return change_finished_response(reply, set_fields(incomplete_details=None))


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def incomplete_reason_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``incomplete_details`` of a truncated response are empty."""
    return change_finished_response(reply, set_fields(incomplete_details={}))


@on_reply(breaks="status.reason-is-set-exactly-when-incomplete")
def completed_response_has_incomplete_reason(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every JSON response has an ``incomplete_details.reason``."""
    reason = {"reason": "max_output_tokens"}
    return change_json_response(reply, set_fields(incomplete_details=reason))


@on_reply(breaks="status.completed-response-has-no-unfinished-item")
def items_stay_in_progress(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The items of a completed JSON response have the status ``in_progress``."""
    if reply.streamed:
        return reply
    return change_each_item(reply, _replace_completed("in_progress"))


@on_reply(breaks="status.item-status-is-known")
def finish_reason_as_item_status(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The ``status`` of the items is the upstream's finish reason."""
    if reply.streamed:
        return reply
    return change_each_item(reply, _replace_completed("stop"))


@on_reply(breaks="status.truncated-message-is-not-completed")
def truncated_message_marked_completed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The message of a truncated JSON response has the status ``completed``."""
    if reply.streamed:
        return reply
    return change_each_item(reply, set_fields(status="completed"))
