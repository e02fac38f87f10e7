"""Faults that break requirements of `contract/structured/output_format.py`."""

import json
from typing import Any

from conformance.reference.errors import ApiError
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


def _format_type(request: GatewayRequest) -> Json:
    """Return ``text.format.type``, or ``None`` if it is missing."""
    text = request.field("text")
    format_ = text.get("format") if isinstance(text, dict) else None
    return format_.get("type") if isinstance(format_, dict) else None


def _answer_without_format(
    request: GatewayRequest, gateway: Gateway
) -> GatewayResponse:
    """Answer as if the request had no ``text``, but return its ``text`` unchanged."""
    reply = gateway.answer(request.without_fields("text"))
    original = request.field("text")
    return change_each_response(reply, lambda response: {**response, "text": original})


def _bad_request() -> GatewayResponse:
    error = ApiError(400, "The request is not valid.", code="invalid_request")
    return GatewayResponse(400, payload=error.envelope())


def _with_text(reply: GatewayResponse, text: str) -> GatewayResponse:
    """Return the reply with ``text`` as the text of every message."""

    def replace_text(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return rebuild_stream(reply, replace_text)


@on_request(breaks="structured.text-matches-the-schema")
def json_schema_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``text.format`` is ignored if its type is ``json_schema``."""
    ignored = _format_type(request) == "json_schema"
    return _answer_without_format(request, gateway) if ignored else request


@on_reply(breaks="structured.text-matches-the-schema")
def json_schema_weakened_to_json_object(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text is a JSON object that does not match the schema."""
    text = json.dumps({"answer": "Rome"})
    return _with_text(reply, text) if _format_type(request) == "json_schema" else reply


@on_request(breaks="structured.text-is-a-json-object")
def json_object_format_ignored(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``text.format`` is ignored if its type is ``json_object``."""
    ignored = _format_type(request) == "json_object"
    return _answer_without_format(request, gateway) if ignored else request


@on_request(breaks="structured.text-is-a-json-object")
def format_ignored_in_streams(
    request: GatewayRequest, gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """A JSON ``text.format`` is ignored in streaming requests."""
    is_json = _format_type(request) in {"json_schema", "json_object"}
    ignored = request.wants_stream and is_json
    return _answer_without_format(request, gateway) if ignored else request


@on_reply(breaks="structured.text-is-a-json-object")
def json_in_code_fence(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The JSON object is inside a Markdown code fence."""
    fenced = '```json\n{"capital": "Rome"}\n```'
    return (
        _with_text(reply, fenced) if _format_type(request) == "json_object" else reply
    )


@on_request(breaks="structured.format-is-accepted-or-clearly-refused")
def format_rejected_without_reason(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """JSON formats are rejected with a 400 whose message gives no reason."""
    is_json = _format_type(request) in {"json_schema", "json_object"}
    return _bad_request() if is_json else request


@on_request(breaks="structured.plain-text-format-is-accepted")
def plain_text_format_rejected(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest | GatewayResponse:
    """``text.format`` with the type ``text``, the default, is rejected."""
    return _bad_request() if _format_type(request) == "text" else request
