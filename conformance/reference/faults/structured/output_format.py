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


def _format(request: GatewayRequest) -> Json:
    text = request.field("text")
    form = text.get("format") if isinstance(text, dict) else None
    return form.get("type") if isinstance(form, dict) else None


def _unformatted(request: GatewayRequest, gateway: Gateway) -> GatewayResponse:
    """Answer as if no format had been asked for, and repeat the one that was."""
    reply = gateway.answer(request.without_fields("text"))
    own = request.field("text")
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


@on_request(breaks="structured.text-matches-the-schema")
def json_schema_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A schema for the text is not passed on."""
    lost = _format(request) == "json_schema"
    return _unformatted(request, gateway) if lost else request


@on_reply(breaks="structured.text-matches-the-schema")
def json_schema_weakened_to_json_object(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text is some object, whatever the schema says."""
    weak = json.dumps({"answer": "Rome"})
    return _with_text(reply, weak) if _format(request) == "json_schema" else reply


@on_request(breaks="structured.text-is-a-json-object")
def json_object_format_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The wish for a JSON object is not passed on."""
    lost = _format(request) == "json_object"
    return _unformatted(request, gateway) if lost else request


@on_request(breaks="structured.text-is-a-json-object")
def format_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A form for the text is not passed on for a stream."""
    lost = request.wants_stream and _format(request) in {"json_schema", "json_object"}
    return _unformatted(request, gateway) if lost else request


@on_reply(breaks="structured.text-is-a-json-object")
def json_in_code_fence(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The JSON object stands in a fence of Markdown."""
    fenced = '```json\n{"capital": "Rome"}\n```'
    return _with_text(reply, fenced) if _format(request) == "json_object" else reply


@on_request(breaks="structured.format-is-accepted-or-clearly-refused")
def format_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """Any form but plain text is refused without a word on why."""
    return _refusal() if _format(request) in {"json_schema", "json_object"} else request


@on_request(breaks="structured.plain-text-format-is-accepted")
def plain_text_format_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """The form that is the default is refused when it is asked for."""
    return _refusal() if _format(request) == "text" else request
