"""Defects that the published models show, and New API's page does not ask about."""

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


REQUIRED = "profile.response-has-the-required-fields"


FITS = "profile.response-field-types-are-correct"


NESTED = "profile.nested-objects-have-the-required-fields"


EVENT_FITS = "profile.event-field-types-are-correct"


EVENT_WHOLE = "profile.event-has-the-required-fields"


@on_reply(breaks=REQUIRED, profiles=OPENAI)
def empty_tools_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response without tools has no member for them."""

    def lean(response: Json) -> Json:
        return response if response["tools"] else remove_fields("tools")(response)

    return change_each_response(reply, lean)


@on_reply(breaks=REQUIRED, profiles=OPENRESPONSES)
def null_fields_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Members of a response that are null are left out."""

    def lean(response: Json) -> Json:
        kept = {"error", "incomplete_details", "instructions", "previous_response_id"}
        return {k: v for k, v in response.items() if v is not None or k in kept}

    return change_each_response(reply, lean)


@on_reply(breaks="profile.response-has-the-nullable-fields", profiles=OPENAI)
def null_error_and_details_omitted(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A response has neither an error nor details where there is nothing to tell."""

    def lean(response: Json) -> Json:
        silent = {"error", "incomplete_details"}
        return {k: v for k, v in response.items() if v is not None or k not in silent}

    return change_each_response(reply, lean)


@on_reply(breaks=FITS, profiles=OPENAI)
def parallel_tool_calls_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The member parallel_tool_calls holds a text."""
    return change_each_response(reply, set_fields(parallel_tool_calls="true"))


@on_reply(breaks=FITS, profiles=OPENRESPONSES)
def penalties_null(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Penalties are null where the request sets none."""
    return change_each_response(
        reply, set_fields(presence_penalty=None, frequency_penalty=None)
    )


@on_reply(breaks=NESTED, profiles=OPENRESPONSES)
def echoed_tools_incomplete(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Tools are repeated without the members that the client left out."""

    def bare(response: Json) -> Json:
        for tool in response["tools"]:
            if tool["strict"] is None:
                del tool["strict"]
        return response

    return change_each_response(reply, bare)


@on_reply(breaks=NESTED, profiles=OPENAI)
def echoed_format_lacks_schema(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The format of the text is repeated without its schema."""

    def bare(response: Json) -> Json:
        response["text"]["format"].pop("schema", None)
        return response

    return change_each_response(reply, bare)


@on_reply(breaks=EVENT_FITS, profiles=OPENAI)
def logprobs_null(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The logprobs of a text event are null."""
    return change_each_event(
        reply, lambda e: {**e, "logprobs": None} if "delta" in e else e
    )


@on_reply(breaks=EVENT_WHOLE, profiles=OPENAI)
def logprobs_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Text events have no logprobs."""
    return change_each_event(reply, remove_fields("logprobs"))
