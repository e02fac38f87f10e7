"""What the gateway accepts as a create request, by the Responses page of New API.

Decisions where the page is silent: null means absent for every optional member,
``input`` may be absent or empty, unknown extra members are ignored, a hosted tool
or a chat parameter is refused by name rather than ignored, ``tool_choice`` may only
ask for what is declared, and ``16.0`` is an integer.
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
from conformance.reference.field_rules import RULES, is_name
from conformance.reference.profiles import Profile
from conformance.reference.request import GatewayRequest, read_json

Json = Any


def check(
    request: GatewayRequest, profile: Profile, served: Collection[str]
) -> CreateRequest:
    """Read a create request, or raise `Refused` with the member at fault.

    Whether ``previous_response_id`` and item references are known is not judged
    here: that takes the store.
    """
    _check_media(request)
    body = read_json(request.raw)
    if not isinstance(body, dict):
        raise wrong_type("body", "an object", body)
    members = {name: value for name, value in body.items() if value is not None}
    if "model" not in members:
        raise missing("model")
    is_name(members["model"], "model", profile)
    for name, rule in RULES.items():
        if name in members:
            rule(members[name], name, profile)
    _make_integers_whole(members)
    if "tool_choice" in members:
        _check_choice(members["tool_choice"], members.get("tools", []))
    given = items.to_items(members.get("input"))
    if members["model"] not in served:
        raise ApiError(
            404,
            f"The model {quoted(members['model'])} does not exist.",
            param="model",
            code="model_not_found",
        )
    return CreateRequest(members["model"], given, members)


def _check_media(request: GatewayRequest) -> None:
    """A body without a content type is taken for JSON; any other kind is refused."""
    kind = request.headers.get("content-type", "application/json")
    if kind.partition(";")[0].strip().lower() != "application/json":
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


def _make_integers_whole(members: dict[str, Json]) -> None:
    for name in ("max_output_tokens", "max_tool_calls", "top_logprobs"):
        if name in members:
            members[name] = int(members[name])


def _check_choice(choice: Json, tools: list[Json]) -> None:
    """A mode, a named function, or a set of allowed functions: all of them declared."""
    names = {tool["name"] for tool in tools}
    if isinstance(choice, str):
        if choice not in {"none", "auto", "required"}:
            wanted = "one of none, auto, required"
            raise wrong_value("tool_choice", wanted, choice)
        if choice == "required" and not names:
            raise wrong_value("tool_choice", "tools to be given with it", choice)
        return
    if not isinstance(choice, dict):
        raise wrong_type("tool_choice", "a string or an object", choice)
    match choice:
        case {"type": "function", "name": str(name)}:
            _check_declared(name, names)
        case {"type": "function"}:
            raise missing("tool_choice.name")
        case {
            "type": "allowed_tools",
            "mode": "auto" | "required",
            "tools": list(some),
        }:
            for tool in some:
                _check_declared(isinstance(tool, dict) and tool.get("name"), names)
        case {"type": kind}:
            raise wrong_value("tool_choice.type", "'function'", kind)
        case _:
            raise missing("tool_choice.type")


def _check_declared(name: Json, names: Collection[str]) -> None:
    if not isinstance(name, str) or name not in names:
        wanted = "the name of one of the given tools"
        raise wrong_value("tool_choice", wanted, name)
