"""Defects of the bill: counts that are missing, malformed, or cannot be true."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conformance.reference.fault import on_reply
from conformance.reference.mutations import (
    Change,
    change_final_snapshot,
    change_finished_response,
    change_json_response,
    remove_fields,
    set_fields,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

Json = Any


Place = Callable[[GatewayResponse, Change], GatewayResponse]


TOTAL: Final = "total_tokens"


def prompt_of(usage: Json) -> str:
    """The name that the prompt's count has under the profile."""
    return "prompt_tokens" if "prompt_tokens" in usage else "input_tokens"


def completion_of(usage: Json) -> str:
    """The name that the answer's count has under the profile."""
    return "completion_tokens" if "completion_tokens" in usage else "output_tokens"


def billed(
    reply: GatewayResponse, change: Change, place: Place = change_finished_response
) -> GatewayResponse:
    """Change the usage object of a finished response, where there is one."""

    def recount(response: Json) -> Json:
        usage = response.get("usage")
        return response if usage is None else {**response, "usage": change(usage)}

    return place(reply, recount)


def counting(
    *,
    prompt: Callable[[int], int] = int,
    completion: Callable[[int], int] = int,
) -> Change:
    """Count anew, so that the total remains the sum."""

    def change(usage: Json) -> Json:
        one = prompt(usage[prompt_of(usage)])
        two = completion(usage[completion_of(usage)])
        counts = {prompt_of(usage): one, completion_of(usage): two}
        broken_down = {
            f"{name}_details": _fitted(usage[f"{name}_details"], abs(count))
            for name, count in counts.items()
        }
        return {**usage, **counts, **broken_down, TOTAL: one + two}

    return change


def _fitted(detail: Json, count: int) -> Json:
    """Make a breakdown add up to another count."""
    fitted = {name: min(part, count) for name, part in detail.items()}
    if "text_tokens" in fitted:
        fitted["text_tokens"] = count - fitted.get("reasoning_tokens", 0)
    return fitted


def _detailing(side: Callable[[Json], str], **counters: Json) -> Change:
    """Set counters in the breakdown of one side."""

    def change(usage: Json) -> Json:
        name = f"{side(usage)}_details"
        return {**usage, name: {**usage[name], **counters}}

    return change


@on_reply(breaks="usage.is-present")
def usage_missing(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A JSON answer has no usage."""
    return change_json_response(reply, remove_fields("usage"))


@on_reply(breaks="usage.is-present")
def usage_null_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage in the last event of a stream is null."""
    return change_final_snapshot(reply, set_fields(usage=None))


@on_reply(breaks="usage.is-present")
def usage_missing_when_truncated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """An answer that was cut has no usage."""

    def unpaid(response: Json) -> Json:
        cut = response["status"] == "incomplete"
        return remove_fields("usage")(response) if cut else response

    return change_finished_response(reply, unpaid)


@on_reply(breaks="usage.all-counts-are-present")
def total_tokens_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage has no total_tokens."""
    return billed(reply, remove_fields(TOTAL))


@on_reply(breaks="usage.all-counts-are-present")
def usage_styles_mixed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage names its prompt as one API does, and its answer as the other."""
    other = {"prompt_tokens": "input_tokens", "output_tokens": "completion_tokens"}
    return billed(reply, lambda u: {other.get(name, name): u[name] for name in u})


@on_reply(breaks="usage.all-counts-are-present", profiles={"openai", "openresponses"})
def usage_in_chat_style(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage has the names of chat completions."""
    chat = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
    return billed(reply, lambda u: {_renamed(name, chat): u[name] for name in u})


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Rename a count, and its breakdown with it."""
    count = name.removesuffix("_details")
    return names.get(count, count) + name[len(count) :]


@on_reply(breaks="usage.counts-are-integers")
def completion_tokens_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The answer's count is a text."""
    return billed(
        reply,
        lambda usage: {**usage, completion_of(usage): str(usage[completion_of(usage)])},
    )


@on_reply(breaks="usage.counts-are-integers")
def total_tokens_fractional(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The total is written with a fraction."""
    return billed(reply, lambda usage: {**usage, TOTAL: usage[TOTAL] + 0.0})


@on_reply(breaks="usage.counts-are-integers")
def prompt_tokens_null_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The prompt's count in the last event of a stream is null."""
    return billed(reply, lambda u: {**u, prompt_of(u): None}, change_final_snapshot)


@on_reply(breaks="usage.counts-are-not-negative")
def completion_tokens_negative(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The answer's count is below zero, and the total with it."""
    return billed(reply, counting(completion=lambda count: -1000 - count))


@on_reply(breaks="usage.counts-are-not-negative")
def cached_tokens_negative(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The cached tokens are below zero."""
    return billed(reply, _detailing(prompt_of, cached_tokens=-64))


@on_reply(breaks="usage.total-is-the-sum")
def total_tokens_off_by_one(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The total is one token more than its parts."""
    return billed(reply, lambda usage: {**usage, TOTAL: usage[TOTAL] + 1})


@on_reply(breaks="usage.total-is-the-sum")
def total_tokens_exclude_prompt_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The total in a stream leaves the prompt out."""
    return billed(
        reply,
        lambda usage: {**usage, TOTAL: usage[completion_of(usage)]},
        change_final_snapshot,
    )


@on_reply(breaks="usage.styles-agree")
def usage_styles_disagree(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The counts stand under the other API's names as well, and differ."""

    def both(usage: Json) -> Json:
        one, two = usage[prompt_of(usage)], usage[completion_of(usage)]
        other = {"input_tokens": one - 1, "output_tokens": two + 1}
        chat = {"prompt_tokens": one - 1, "completion_tokens": two + 1}
        return {**usage, **(other if "prompt_tokens" in usage else chat)}

    return billed(reply, both)
