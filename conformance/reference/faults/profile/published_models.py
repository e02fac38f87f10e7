"""Faults that break requirements of `contract/profile/published_models.py`.

The changed responses violate the published models of a profile, but they conform to New
API's page.
"""

from typing import Any

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    change_each_event,
    change_each_response,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any

OPENAI = {"openai"}
OPENRESPONSES = {"openresponses"}

REQUIRED_FIELDS = "profile.response-has-the-required-fields"
FIELD_TYPES = "profile.response-field-types-are-correct"
NESTED_FIELDS = "profile.nested-objects-have-the-required-fields"
EVENT_FIELD_TYPES = "profile.event-field-types-are-correct"
EVENT_REQUIRED_FIELDS = "profile.event-has-the-required-fields"


@on_reply(breaks=REQUIRED_FIELDS, profiles=OPENAI)
def empty_tools_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response without tools has no `tools` field."""

    def remove_empty_tools(response: Json) -> Json:
        return response if response["tools"] else remove_fields("tools")(response)

    return change_each_response(reply, remove_empty_tools)


@on_reply(breaks=REQUIRED_FIELDS, profiles=OPENRESPONSES)
def null_fields_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Most top-level fields of a response are omitted if they are `null`."""

    def remove_nulls(response: Json) -> Json:
        kept = {"error", "incomplete_details", "instructions", "previous_response_id"}
        return {
            name: value
            for name, value in response.items()
            if value is not None or name in kept
        }

    return change_each_response(reply, remove_nulls)


@on_reply(breaks="profile.response-has-the-nullable-fields", profiles=OPENAI)
def null_error_and_details_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response has no `error` or `incomplete_details` if they are `null`."""

    def remove_nulls(response: Json) -> Json:
        omitted = {"error", "incomplete_details"}
        return {
            name: value
            for name, value in response.items()
            if value is not None or name not in omitted
        }

    return change_each_response(reply, remove_nulls)


@on_reply(breaks=FIELD_TYPES, profiles=OPENAI)
def parallel_tool_calls_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """`parallel_tool_calls` is the string `true` instead of a boolean."""
    return change_each_response(reply, set_fields(parallel_tool_calls="true"))


@on_reply(breaks=FIELD_TYPES, profiles=OPENRESPONSES)
def penalties_null(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """`presence_penalty` and `frequency_penalty` are `null` instead of numbers."""
    return change_each_response(
        reply, set_fields(presence_penalty=None, frequency_penalty=None)
    )


@on_reply(breaks=NESTED_FIELDS, profiles=OPENRESPONSES)
def echoed_tools_incomplete(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Echoed `tools` lack `strict` if the client did not send it."""

    def remove_strict(response: Json) -> Json:
        for tool in response["tools"]:
            if tool["strict"] is None:
                del tool["strict"]
        return response

    return change_each_response(reply, remove_strict)


@on_reply(breaks=NESTED_FIELDS, profiles=OPENAI)
def echoed_format_lacks_schema(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The echoed `text.format` lacks its `schema`."""

    def remove_schema(response: Json) -> Json:
        response["text"]["format"].pop("schema", None)
        return response

    return change_each_response(reply, remove_schema)


@on_reply(breaks=EVENT_FIELD_TYPES, profiles=OPENAI)
def logprobs_null(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The `logprobs` of a delta event are `null` instead of an array."""
    return change_each_event(
        reply,
        lambda event: {**event, "logprobs": None} if "delta" in event else event,
    )


@on_reply(breaks=EVENT_REQUIRED_FIELDS, profiles=OPENAI)
def logprobs_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Events with text lack `logprobs`."""
    return change_each_event(reply, remove_fields("logprobs"))
