"""Answers that look unusual and are as the contract has them."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import uuid4

from conformance.reference.fault import on_reply
from conformance.reference.mutations import change_each_response, rebuild_stream
from conformance.reference.request import GatewayRequest
from conformance.reference.response import new_id, text_part
from conformance.reference.response_message import GatewayResponse

Json = Any

PAGE: Final = (
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
"""The members that New API's page has, and the two that a client reads them by."""

SIDES: Final = {"prompt": "input", "completion": "output"}
"""The two names of each side of a bill."""

NULLED: Final = ("temperature", "top_p", "max_output_tokens", "user", "metadata")


@on_reply()
def dated_model_name(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The answer names the snapshot of the model that was asked for."""
    return change_each_response(
        reply, lambda response: {**response, "model": f"{response['model']}-2026-01-31"}
    )


@on_reply()
def uuid_item_ids(request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Every item has a bare UUID for its id."""
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
    """The bill tells its price, and details that nobody else has."""

    def priced(response: Json) -> Json:
        if response.get("usage"):
            more = {"cost": 0.00042, "cost_details": {"upstream": None}}
            response["usage"] = {**response["usage"], **more}
        return response

    return change_each_response(reply, priced)


@on_reply(profiles={"newapi"})
def usage_in_responses_style(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The bill has the names of the Responses API alone."""
    return change_each_response(reply, _other_style)


@on_reply(profiles={"newapi"})
def usage_in_both_styles(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The bill has both names for each of its counts."""

    def doubled(response: Json) -> Json:
        usage = response.get("usage") or {}
        other = _other_style({**response}).get("usage") or {}
        return {**response, "usage": {**usage, **other} or response.get("usage")}

    return change_each_response(reply, doubled)


def _other_style(response: Json) -> Json:
    usage = response.get("usage")
    if not usage:
        return response
    renamed = {_renamed(name): value for name, value in usage.items()}
    return {**response, "usage": renamed}


def _renamed(name: str) -> str:
    side, _, rest = name.partition("_")
    return f"{SIDES.get(side, side)}_{rest}"


@on_reply()
def cached_prompt(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Half of every prompt is read from a cache."""

    def cached(response: Json) -> Json:
        usage = response.get("usage") or {}
        for side in ("prompt", "input"):
            details = usage.get(f"{side}_tokens_details")
            if details:
                details["cached_tokens"] = usage[f"{side}_tokens"] // 2
        return response

    return change_each_response(reply, cached)


@on_reply(profiles={"newapi"})
def documented_fields_only(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Nothing that was asked for is repeated."""
    return change_each_response(
        reply, lambda response: {n: v for n, v in response.items() if n in PAGE}
    )


@on_reply(profiles={"newapi", "openai"})
def unset_parameters_null(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A parameter that the client left out is null in the answer."""

    def nulled(response: Json) -> Json:
        for name in NULLED:
            if request.field(name) is None and name in response:
                response[name] = None
        return response

    return change_each_response(reply, nulled)


@on_reply()
def empty_reasoning_item_first(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A reasoning item without a word stands before every answer."""

    def thoughtful(response: Json) -> Json:
        thought = {"type": "reasoning", "id": new_id("rs"), "summary": []}
        if any(item["type"] == "reasoning" for item in response["output"]):
            return response
        return {**response, "output": [thought, *response["output"]]}

    return rebuild_stream(reply, thoughtful)


@on_reply()
def message_before_call(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message says what is going to be called."""

    def announced(response: Json) -> Json:
        kinds = {item["type"] for item in response["output"]}
        if "function_call" not in kinds or "message" in kinds:
            return response
        message = {
            "type": "message",
            "id": new_id("msg"),
            "status": "completed",
            "role": "assistant",
            "content": [text_part("Let me look that up.")],
        }
        return {**response, "output": [message, *response["output"]]}

    return rebuild_stream(reply, announced)


@on_reply()
def text_in_two_parts(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A message has its text in two parts."""

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
    """A text carries an annotation of a kind that no other answer has."""

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
    """The time of an answer is a number with a fraction of nought."""
    return change_each_response(
        reply, lambda response: {**response, "created_at": response["created_at"] * 1.0}
    )
