"""Unusual but conforming response objects."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id, text_part
from conformance.reference.response_message import GatewayResponse

Json = Any

PAGE_FIELDS: Final = (
    "id",
    "object",
    "created_at",
    "status",
    "error",
    "incomplete_details",
    "model",
    "output",
    "usage",
)
"""The fields in New API's documentation, ``error`` and ``incomplete_details``."""

RESPONSES_PREFIXES: Final = {"prompt": "input", "completion": "output"}
"""Prefix of a token count in the Chat API to its prefix in the Responses API."""

NULLED_FIELDS: Final = ("temperature", "top_p", "max_output_tokens", "user", "metadata")
"""Echoed parameters that `unset_parameters_null` sets to ``null``."""


@on_reply()
def dated_model_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``model`` is the requested model with the date of its snapshot."""
    return change_each_response(
        reply, lambda response: {**response, "model": f"{response['model']}-2026-01-31"}
    )


@on_reply()
def uuid_item_ids(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Item ids are UUIDs without a prefix."""
    del request

    def renamed(response: Json) -> Json:
        for item in response["output"]:
            item["id"] = str(uuid4())
        return response

    return rebuild_stream(reply, renamed)


@on_reply()
def extra_usage_fields(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has the extra fields ``cost`` and ``cost_details``."""

    def priced(response: Json) -> Json:
        if response.get("usage"):
            extra = {"cost": 0.00042, "cost_details": {"upstream": None}}
            response["usage"] = {**response["usage"], **extra}
        return response

    return change_each_response(reply, priced)


@on_reply(profiles={"newapi"})
def usage_in_responses_style(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has only the field names of the Responses API."""
    return change_each_response(reply, _in_responses_style)


@on_reply(profiles={"newapi"})
def usage_in_both_styles(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has each token count under the names of both APIs."""

    def doubled(response: Json) -> Json:
        usage = response.get("usage") or {}
        other = _in_responses_style({**response}).get("usage") or {}
        return {**response, "usage": {**usage, **other} or response.get("usage")}

    return change_each_response(reply, doubled)


def _in_responses_style(response: Json) -> Json:
    usage = response.get("usage")
    if not usage:
        return response
    translated = {_responses_name(name): value for name, value in usage.items()}
    return {**response, "usage": translated}


def _responses_name(name: str) -> str:
    prefix, _, rest = name.partition("_")
    return f"{RESPONSES_PREFIXES.get(prefix, prefix)}_{rest}"


@on_reply()
def cached_prompt(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """``cached_tokens`` is half of the prompt tokens, even for a new prompt."""

    def cached(response: Json) -> Json:
        usage = response.get("usage") or {}
        for prefix in ("prompt", "input"):
            details = usage.get(f"{prefix}_tokens_details")
            if details:
                details["cached_tokens"] = usage[f"{prefix}_tokens"] // 2
        return response

    return change_each_response(reply, cached)


@on_reply(profiles={"newapi"})
def documented_fields_only(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The response object has only documented fields, and echoes no parameters."""
    return change_each_response(
        reply, lambda response: {n: v for n, v in response.items() if n in PAGE_FIELDS}
    )


@on_reply(profiles={"newapi", "openai"})
def unset_parameters_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Parameters that the request does not set are ``null`` in the response."""

    def nulled(response: Json) -> Json:
        for name in NULLED_FIELDS:
            if request.field(name) is None and name in response:
                response[name] = None
        return response

    return change_each_response(reply, nulled)


@on_reply()
def empty_reasoning_item_first(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The output starts with a reasoning item that has an empty summary."""

    def with_reasoning(response: Json) -> Json:
        reasoning = {"type": "reasoning", "id": new_id("rs"), "summary": []}
        if any(item["type"] == "reasoning" for item in response["output"]):
            return response
        return {**response, "output": [reasoning, *response["output"]]}

    return rebuild_stream(reply, with_reasoning)


@on_reply()
def message_before_call(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message comes before the first function call."""

    def with_message(response: Json) -> Json:
        types = {item["type"] for item in response["output"]}
        if "function_call" not in types or "message" in types:
            return response
        message = {
            "type": "message",
            "id": new_id("msg"),
            "status": "completed",
            "role": "assistant",
            "content": [text_part("Let me look that up.")],
        }
        return {**response, "output": [message, *response["output"]]}

    return rebuild_stream(reply, with_message)


@on_reply()
def text_in_two_parts(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The text of a message is split into two content parts."""

    def halved(response: Json) -> Json:
        for item in response["output"]:
            if item["type"] == "message":
                item["content"] = [*_halves(item["content"])]
        return response

    return rebuild_stream(reply, halved)


def _halves(content: list[Json]) -> Iterable[Json]:
    for part in content:
        text = part["text"]
        yield {**part, "text": text[: len(text) // 2]}
        yield {**part, "text": text[len(text) // 2 :]}


@on_reply()
def url_citations(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Content parts have a ``url_citation`` annotation."""

    def cited(response: Json) -> Json:
        for item in response["output"]:
            for part in item.get("content", []):
                part["annotations"] = [
                    {
                        "type": "url_citation",
                        "start_index": 0,
                        "end_index": min(1, len(part["text"])),
                        "url": "https://example.com/",
                        "title": "Example",
                    }
                ]
        return response

    return rebuild_stream(reply, cited)


@on_reply(profiles={"newapi", "openai"})
def created_at_is_whole_float(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``created_at`` is a float without a fraction, such as ``1700000000.0``."""
    return change_each_response(
        reply, lambda response: {**response, "created_at": response["created_at"] * 1.0}
    )
