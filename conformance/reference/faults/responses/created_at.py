"""Faults that break requirements of ``contract/responses/created_at.py``."""

from typing import Any, Final

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_final_snapshot,
    change_finished_response,
    change_json_response,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

CREATED_AT: Final = "responses.created-at-is-a-number"


@on_reply(breaks=CREATED_AT)
def created_instead_of_created_at(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The creation time is in ``created``, as in a chat completion."""

    def renamed(response: Json) -> Json:
        return {
            **remove_fields("created_at")(response),
            "created": response["created_at"],
        }

    return change_finished_response(reply, renamed)


@on_reply(breaks=CREATED_AT)
def created_at_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is a date string."""
    return change_finished_response(
        reply, set_fields(created_at="2026-11-22T12:00:00Z")
    )


@on_reply(breaks="responses.created-at-is-in-seconds")
def created_at_in_milliseconds(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is in milliseconds."""
    return change_finished_response(
        reply,
        lambda response: {**response, "created_at": response["created_at"] * 1000},
    )


@on_reply(breaks="responses.created-at-is-an-integer")
def created_at_fractional(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is written with a fraction."""
    return change_finished_response(
        reply, lambda response: {**response, "created_at": response["created_at"] + 0.0}
    )


@on_reply(breaks="responses.created-at-is-current")
def created_at_constant(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is always the same."""
    return change_json_response(reply, set_fields(created_at=1_700_000_000))


@on_reply(breaks="responses.created-at-is-current")
def created_at_zero_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is 0 in the last snapshot of a stream."""
    return change_final_snapshot(reply, set_fields(created_at=0))
