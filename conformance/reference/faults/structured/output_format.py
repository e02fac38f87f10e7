"""Defects of structured output: formats that are lost, weakened or refused."""

import json
from typing import Any

from conformance.reference.errors import Refused
from conformance.reference.fault import on_reply, on_request
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import each_response, retold
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

Json = Any


def _format(asked: Asked) -> Json:
    text = asked.member("text")
    form = text.get("format") if isinstance(text, dict) else None
    return form.get("type") if isinstance(form, dict) else None


def _unformatted(asked: Asked, gateway: Gateway) -> Reply:
    """Answer as if no format had been asked for, and repeat the one that was."""
    reply = gateway.answer(asked.without_members("text"))
    own = asked.member("text")
    return each_response(reply, lambda response: {**response, "text": own})


def _refusal() -> Reply:
    refused = Refused(400, "The request is not valid.", code="invalid_request")
    return Reply(400, payload=refused.envelope())


def _with_text(reply: Reply, text: str) -> Reply:
    def say(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"][0]["text"] = text
        return response

    return retold(reply, say)


@on_request(breaks="structured.schema-is-kept")
def schema_dropped(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """A schema for the text is not passed on."""
    lost = _format(asked) == "json_schema"
    return _unformatted(asked, gateway) if lost else asked


@on_reply(breaks="structured.schema-is-kept")
def schema_weakened(asked: Asked, reply: Reply) -> Reply:
    """The text is some object, whatever the schema says."""
    weak = json.dumps({"answer": "Rome"})
    return _with_text(reply, weak) if _format(asked) == "json_schema" else reply


@on_request(breaks="structured.object-is-kept")
def object_dropped(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """The wish for a JSON object is not passed on."""
    lost = _format(asked) == "json_object"
    return _unformatted(asked, gateway) if lost else asked


@on_request(breaks="structured.object-is-kept")
def stream_drops_the_format(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """A form for the text is not passed on for a stream."""
    lost = asked.streams and _format(asked) in {"json_schema", "json_object"}
    return _unformatted(asked, gateway) if lost else asked


@on_reply(breaks="structured.object-is-kept")
def object_fenced(asked: Asked, reply: Reply) -> Reply:
    """The JSON object stands in a fence of Markdown."""
    fenced = '```json\n{"capital": "Rome"}\n```'
    return _with_text(reply, fenced) if _format(asked) == "json_object" else reply


@on_request(breaks="structured.format-is-taken-or-refused-by-name")
def format_refused_vaguely(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """Any form but plain text is refused without a word on why."""
    return _refusal() if _format(asked) in {"json_schema", "json_object"} else asked


@on_request(breaks="structured.plain-format-is-accepted")
def plain_format_refused(asked: Asked, _gateway: Gateway) -> Asked | Reply:
    """The form that is the default is refused when it is asked for."""
    return _refusal() if _format(asked) == "text" else asked
