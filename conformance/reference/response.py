"""The response object, built from what the model said."""

import base64
import secrets
import time
from typing import Any

from conformance.reference.create_request import CreateRequest
from conformance.reference.model import Call, ModelOutput, Reasoning, Text
from conformance.reference.profiles import Profile
from conformance.reference.tokens import Usage

Json = Any


def new_id(prefix: str) -> str:
    """An id that nobody can guess, such as ``resp_0a1b...``."""
    return f"{prefix}_{secrets.token_hex(16)}"


def build(
    create_request: CreateRequest, spoken: ModelOutput, usage: Usage, profile: Profile
) -> Json:
    """The finished response object with every member that the documents name."""
    now = int(time.time())
    status = "incomplete" if spoken.cut else "completed"
    reason = {"reason": "max_output_tokens"} if spoken.cut else None
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": now,
        "completed_at": None if spoken.cut else now,
        "status": status,
        "error": None,
        "incomplete_details": reason,
        "model": create_request.model,
        "output": _output(create_request, spoken),
        "usage": usage.document(profile.usage_style),
        **_echo(create_request, profile),
    }


def _output(create_request: CreateRequest, spoken: ModelOutput) -> list[Json]:
    last = len(spoken.parts) - 1
    return [
        _item(
            part,
            create_request,
            "incomplete" if spoken.cut and i == last else "completed",
        )
        for i, part in enumerate(spoken.parts)
    ]


def _item(
    part: Reasoning | Call | Text, create_request: CreateRequest, status: str
) -> Json:
    match part:
        case Reasoning():
            return _reasoning(part, create_request, status)
        case Call():
            return {
                "type": "function_call",
                "id": new_id("fc"),
                "call_id": new_id("call"),
                "name": part.name,
                "arguments": part.arguments,
                "status": status,
            }
        case Text():
            return {
                "type": "message",
                "id": new_id("msg"),
                "status": status,
                "role": "assistant",
                "content": [text_part(part.text)],
            }


def _reasoning(part: Reasoning, create_request: CreateRequest, status: str) -> Json:
    item = {
        "type": "reasoning",
        "id": new_id("rs"),
        "status": status,
        "summary": [] if part.summary is None else [summary_part(part.summary)],
    }
    if create_request.encrypts:
        opaque = base64.b64encode(f"thought for {part.tokens}".encode())
        item["encrypted_content"] = opaque.decode()
    return item


def text_part(text: str) -> Json:
    """A part of a message's content."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def summary_part(text: str) -> Json:
    """A part of a reasoning item's summary."""
    return {"type": "summary_text", "text": text}


def _echo(create_request: CreateRequest, profile: Profile) -> Json:
    """The request's own parameters, or their defaults."""
    given = create_request.members
    return {
        "instructions": create_request.instructions,
        "previous_response_id": create_request.previous_id,
        "temperature": given.get("temperature", 1.0),
        "top_p": given.get("top_p", 1.0),
        "max_output_tokens": create_request.cap,
        "max_tool_calls": given.get("max_tool_calls"),
        "tools": [_tool(tool, profile) for tool in create_request.tools],
        "tool_choice": create_request.tool_choice,
        "parallel_tool_calls": create_request.parallel,
        "reasoning": dict(create_request.reasoning),
        "text": {
            **given.get("text", {}),
            "format": _format(create_request.format, profile),
        },
        "truncation": given.get("truncation", "disabled"),
        "store": create_request.stores,
        "metadata": given.get("metadata", {}),
        "background": False,
        "service_tier": "default",
        "presence_penalty": given.get("presence_penalty", 0.0),
        "frequency_penalty": given.get("frequency_penalty", 0.0),
        "top_logprobs": given.get("top_logprobs", 0),
        "safety_identifier": given.get("safety_identifier"),
        "prompt_cache_key": given.get("prompt_cache_key"),
        "user": given.get("user"),
    }


def _tool(tool: Json, profile: Profile) -> Json:
    if not profile.explicit:
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


def _format(form: Json, profile: Profile) -> Json:
    """The text format; OpenResponses types the echoed schema as null."""
    if not profile.explicit or form["type"] != "json_schema":
        return form
    strict = bool(form.get("strict"))
    return {"description": None, **form, "strict": strict, "schema": None}
