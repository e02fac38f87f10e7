"""Defects of structured output: formats that are lost, weakened or refused."""

import json
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _format(asked: GatewayRequest) -> Json:
    text = asked.field("text")
    form = text.get("format") if isinstance(text, dict) else None
    return form.get("type") if isinstance(form, dict) else None


def _unformatted(asked: GatewayRequest, gateway: Gateway) -> GatewayResponse:
    """Answer as if no format had been asked for, and repeat the one that was."""
    reply = gateway.answer(asked.without_fields("text"))
    own = asked.field("text")
    return change_each_response(reply, lambda response: {**response, "text": own})


def _refusal() -> GatewayResponse:
    refused = ApiError(400, "The request is not valid.", code="invalid_request")
    return GatewayResponse(400, payload=refused.envelope())


def _with_text(reply: GatewayResponse, text: str) -> GatewayResponse:
    def say(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return rebuild_stream(reply, say)


@on_request(breaks="structured.schema-is-kept")
def schema_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A schema for the text is not passed on."""
    lost = _format(asked) == "json_schema"
    return _unformatted(asked, gateway) if lost else asked


@on_reply(breaks="structured.schema-is-kept")
def schema_weakened(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The text is some object, whatever the schema says."""
    weak = json.dumps({"answer": "Rome"})
    return _with_text(reply, weak) if _format(asked) == "json_schema" else reply


@on_request(breaks="structured.object-is-kept")
def object_dropped(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The wish for a JSON object is not passed on."""
    lost = _format(asked) == "json_object"
    return _unformatted(asked, gateway) if lost else asked


@on_request(breaks="structured.object-is-kept")
def stream_drops_the_format(
    asked: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A form for the text is not passed on for a stream."""
    lost = asked.wants_stream and _format(asked) in {"json_schema", "json_object"}
    return _unformatted(asked, gateway) if lost else asked


@on_reply(breaks="structured.object-is-kept")
def object_fenced(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """The JSON object stands in a fence of Markdown."""
    fenced = '```json\n{"capital": "Rome"}\n```'
    return _with_text(reply, fenced) if _format(asked) == "json_object" else reply


@on_request(breaks="structured.format-is-taken-or-refused-by-name")
def format_refused_vaguely(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Any form but plain text is refused without a word on why."""
    return _refusal() if _format(asked) in {"json_schema", "json_object"} else asked


@on_request(breaks="structured.plain-format-is-accepted")
def plain_format_refused(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The form that is the default is refused when it is asked for."""
    return _refusal() if _format(asked) == "text" else asked
