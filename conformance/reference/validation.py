"""Validate create requests against the Responses page of New API.

Where that page of the documentation does not define the behavior, the gateway decides
as follows:

* ``null`` counts as missing for every optional field;
* ``input`` may be missing or empty;
* unknown fields are ignored;
* hosted tools and parameters of the Chat API are rejected with an error that names
  them;
* ``tool_choice`` may only name declared tools;
* ``16.0`` is an integer.
"""

from collections.abc import Collection
from typing import Any

from conformance.reference import items
from conformance.reference.create_request import CreateRequest
from conformance.reference.errors import (
    ApiError,
    missing,
    quoted,
    wrong_type,
    wrong_value,
)
from conformance.reference.field_rules import RULES, check_name
from conformance.reference.profiles import Profile
from conformance.reference.request import GatewayRequest, read_json

Json = Any


def parse_create_request(
    request: GatewayRequest, profile: Profile, models: Collection[str]
) -> CreateRequest:
    """Return the validated create request; ``models`` are the names of known models.

    Raises `ApiError` with the path of the first invalid field. Does not look up
    ``previous_response_id`` and item references, because that needs the store.
    """
    _check_content_type(request)
    body = read_json(request.raw)
    if not isinstance(body, dict):
        raise wrong_type("body", "an object", body)
    fields = {name: value for name, value in body.items() if value is not None}
    if "model" not in fields:
        raise missing("model")
    check_name(fields["model"], "model", profile)
    for name, rule in RULES.items():
        if name in fields:
            rule(fields[name], name, profile)
    _convert_integers(fields)
    if "tool_choice" in fields:
        _check_tool_choice(fields["tool_choice"], fields.get("tools", []))
    input_items = items.to_items(fields.get("input"))
    if fields["model"] not in models:
        raise ApiError(
            404,
            f"The model {quoted(fields['model'])} does not exist.",
            param="model",
            code="model_not_found",
        )
    return CreateRequest(fields["model"], input_items, fields)


def _check_content_type(request: GatewayRequest) -> None:
    """Raise `ApiError` (415) unless the body is plain JSON or has no content type."""
    media_type = request.headers.get("content-type", "application/json")
    if media_type.partition(";")[0].strip().lower() != "application/json":
        raise ApiError(
            415,
            "Unsupported content type: the body must be 'application/json'.",
            code="unsupported_content_type",
        )
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise ApiError(
            415,
            "Unsupported content encoding: the body must not be compressed.",
            code="unsupported_content_encoding",
        )


def _convert_integers(fields: dict[str, Json]) -> None:
    """Convert the integer fields from floats such as ``16.0``, in place."""
    for name in ("max_output_tokens", "max_tool_calls", "top_logprobs"):
        if name in fields:
            fields[name] = int(fields[name])


def _check_tool_choice(choice: Json, tools: list[Json]) -> None:
    """Accept a mode, one declared function, or a list of allowed declared functions."""
    declared = {tool["name"] for tool in tools}
    if isinstance(choice, str):
        if choice not in {"none", "auto", "required"}:
            expected = "one of none, auto, required"
            raise wrong_value("tool_choice", expected, choice)
        if choice == "required" and not declared:
            raise wrong_value("tool_choice", "tools to be given with it", choice)
        return
    if not isinstance(choice, dict):
        raise wrong_type("tool_choice", "a string or an object", choice)
    match choice:
        case {"type": "function", "name": str(name)}:
            _check_declared(name, declared)
        case {"type": "function"}:
            raise missing("tool_choice.name")
        case {
            "type": "allowed_tools",
            "mode": "auto" | "required",
            "tools": list(allowed),
        }:
            for tool in allowed:
                _check_declared(isinstance(tool, dict) and tool.get("name"), declared)
        case {"type": type_}:
            raise wrong_value("tool_choice.type", "'function'", type_)
        case _:
            raise missing("tool_choice.type")


def _check_declared(name: Json, declared: Collection[str]) -> None:
    if not isinstance(name, str) or name not in declared:
        expected = "the name of one of the given tools"
        raise wrong_value("tool_choice", expected, name)
