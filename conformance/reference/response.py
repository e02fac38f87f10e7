"""The response object, built from the model's output."""

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
    """Return a random id that cannot be guessed, such as ``resp_0a1b...``."""
    return f"{prefix}_{secrets.token_hex(16)}"


def build(
    create_request: CreateRequest, output: ModelOutput, usage: Usage, profile: Profile
) -> Json:
    """Return the finished response object with every field of the API documents."""
    now = int(time.time())
    status = "incomplete" if output.truncated else "completed"
    reason = {"reason": "max_output_tokens"} if output.truncated else None
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": now,
        "completed_at": None if output.truncated else now,
        "status": status,
        "error": None,
        "incomplete_details": reason,
        "model": create_request.model,
        "output": _items(create_request, output),
        "usage": usage.to_json(profile.usage_style),
        **_echo(create_request, profile),
    }


def _items(create_request: CreateRequest, output: ModelOutput) -> list[Json]:
    last_index = len(output.parts) - 1
    return [
        _item(
            part,
            create_request,
            "incomplete" if output.truncated and i == last_index else "completed",
        )
        for i, part in enumerate(output.parts)
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
    if create_request.wants_encrypted_reasoning:
        encrypted = base64.b64encode(f"thought for {part.tokens}".encode())
        item["encrypted_content"] = encrypted.decode()
    return item


def text_part(text: str) -> Json:
    """Return a content part of a message."""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def summary_part(text: str) -> Json:
    """Return a summary part of a reasoning item."""
    return {"type": "summary_text", "text": text}


def _echo(create_request: CreateRequest, profile: Profile) -> Json:
    """Return the fields that repeat the request's parameters, with their defaults."""
    fields = create_request.fields
    return {
        "instructions": create_request.instructions,
        "previous_response_id": create_request.previous_response_id,
        "temperature": fields.get("temperature", 1.0),
        "top_p": fields.get("top_p", 1.0),
        "max_output_tokens": create_request.max_output_tokens,
        "max_tool_calls": fields.get("max_tool_calls"),
        "tools": [_tool(tool, profile) for tool in create_request.tools],
        "tool_choice": create_request.tool_choice,
        "parallel_tool_calls": create_request.parallel_tool_calls,
        "reasoning": dict(create_request.reasoning),
        "text": {
            **fields.get("text", {}),
            "format": _text_format(create_request.text_format, profile),
        },
        "truncation": fields.get("truncation", "disabled"),
        "store": create_request.wants_storage,
        "metadata": fields.get("metadata", {}),
        "background": False,
        "service_tier": "default",
        "presence_penalty": fields.get("presence_penalty", 0.0),
        "frequency_penalty": fields.get("frequency_penalty", 0.0),
        "top_logprobs": fields.get("top_logprobs", 0),
        "safety_identifier": fields.get("safety_identifier"),
        "prompt_cache_key": fields.get("prompt_cache_key"),
        "user": fields.get("user"),
    }


def _tool(tool: Json, profile: Profile) -> Json:
    if not profile.explicit_nulls:
        return tool
    return {"description": None, "parameters": None, "strict": None, **tool}


def _text_format(format_: Json, profile: Profile) -> Json:
    """Return the echoed ``text.format``.

    OpenResponses defines that its ``schema`` is ``null`` in a response.
    """
    if not profile.explicit_nulls or format_["type"] != "json_schema":
        return format_
    strict = bool(format_.get("strict"))
    return {"description": None, **format_, "strict": strict, "schema": None}
