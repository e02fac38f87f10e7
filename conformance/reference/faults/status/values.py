"""Defects of the status: responses that end one way and say another."""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    each_item,
    finished_response,
    having,
    json_response,
)
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

Json = Any


def _instead_of_completed(word: str) -> Change:
    def change(value: Json) -> Json:
        said = word if value["status"] == "completed" else value["status"]
        return {**value, "status": said}

    return change


@on_reply(breaks="status.is-known")
def finish_reason_as_status(_asked: Asked, reply: Reply) -> Reply:
    """The upstream's finish reason stands in the place of the status."""
    return json_response(reply, _instead_of_completed("stop"))


@on_reply(breaks="status.is-known")
def status_in_capitals(_asked: Asked, reply: Reply) -> Reply:
    """The status of an answer is COMPLETED."""
    return json_response(reply, _instead_of_completed("COMPLETED"))


@on_reply(breaks="status.of-an-answer-is-final")
def answer_still_in_progress(_asked: Asked, reply: Reply) -> Reply:
    """A finished answer says that it is in progress."""
    return json_response(reply, _instead_of_completed("in_progress"))


@on_reply(breaks="status.error-is-there-when-failed")
def error_on_a_completed_answer(_asked: Asked, reply: Reply) -> Reply:
    """A completed answer has an error."""
    error = {"code": "server_error", "message": "A retry was needed."}

    def with_error(response: Json) -> Json:
        failed = response["status"] == "completed"
        return {**response, "error": error if failed else None}

    return json_response(reply, with_error)


@on_reply(breaks="status.error-is-there-when-failed")
def failure_without_an_error(asked: Asked, reply: Reply) -> Reply:
    """An answer under truncation disabled fails, and does not say why."""
    if asked.member("truncation") != "disabled":
        return reply
    return json_response(reply, having(status="failed", output=[], error=None))


@on_reply(breaks="status.reason-is-there-when-incomplete")
def cut_without_details(_asked: Asked, reply: Reply) -> Reply:
    """A cut answer has no incomplete_details."""
    return finished_response(reply, having(incomplete_details=None))


@on_reply(breaks="status.reason-is-there-when-incomplete")
def cut_without_a_reason(_asked: Asked, reply: Reply) -> Reply:
    """The incomplete_details of a cut answer are empty."""
    return finished_response(reply, having(incomplete_details={}))


@on_reply(breaks="status.reason-is-there-when-incomplete")
def reason_on_a_completed_answer(_asked: Asked, reply: Reply) -> Reply:
    """Every answer has a reason for being incomplete."""
    reason = {"reason": "max_output_tokens"}
    return json_response(reply, having(incomplete_details=reason))


@on_reply(breaks="status.items-of-a-completed-response-are-done")
def items_stay_in_progress(_asked: Asked, reply: Reply) -> Reply:
    """The items of a completed answer keep the status that they began with."""
    if reply.streamed:
        return reply
    return each_item(reply, _instead_of_completed("in_progress"))


@on_reply(breaks="status.of-an-item-is-known")
def finish_reason_as_item_status(_asked: Asked, reply: Reply) -> Reply:
    """The upstream's finish reason stands in the items."""
    if reply.streamed:
        return reply
    return each_item(reply, _instead_of_completed("stop"))


@on_reply(breaks="status.of-a-cut-message-is-incomplete")
def cut_message_says_completed(_asked: Asked, reply: Reply) -> Reply:
    """The message of a cut answer is called completed."""
    if reply.streamed:
        return reply
    return each_item(reply, having(status="completed"))
