"""Faults in ``usage``: counts that are missing, of a wrong type, or inconsistent."""

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


ResponseChange = Callable[[GatewayResponse, Change], GatewayResponse]
"""Function that applies a change to the response objects in a reply."""

TOTAL: Final = "total_tokens"


def prompt_field(usage: Json) -> str:
    """Return the name of the input count in the current profile."""
    return "prompt_tokens" if "prompt_tokens" in usage else "input_tokens"


def completion_field(usage: Json) -> str:
    """Return the name of the output count in the current profile."""
    return "completion_tokens" if "completion_tokens" in usage else "output_tokens"


def change_usage(
    reply: GatewayResponse,
    change: Change,
    change_response: ResponseChange = change_finished_response,
) -> GatewayResponse:
    """Change the ``usage`` of the responses that ``change_response`` selects."""

    def with_changed_usage(response: Json) -> Json:
        usage = response.get("usage")
        return response if usage is None else {**response, "usage": change(usage)}

    return change_response(reply, with_changed_usage)


def recount(
    *,
    prompt: Callable[[int], int] = int,
    completion: Callable[[int], int] = int,
) -> Change:
    """Return a change of the input and output count; the total and details follow."""

    def change(usage: Json) -> Json:
        counts = {
            prompt_field(usage): prompt(usage[prompt_field(usage)]),
            completion_field(usage): completion(usage[completion_field(usage)]),
        }
        details = {
            f"{name}_details": _fit_details(usage[f"{name}_details"], abs(count))
            for name, count in counts.items()
        }
        return {**usage, **counts, **details, TOTAL: sum(counts.values())}

    return change


def _fit_details(details: Json, count: int) -> Json:
    """Return the details, changed so that they add up to ``count``."""
    fitted = {name: min(part, count) for name, part in details.items()}
    if "text_tokens" in fitted:
        fitted["text_tokens"] = count - fitted.get("reasoning_tokens", 0)
    return fitted


def set_details(count_field: Callable[[Json], str], **counters: Json) -> Change:
    """Return a change that sets counters in the details of the named count."""

    def change(usage: Json) -> Json:
        name = f"{count_field(usage)}_details"
        return {**usage, name: {**usage[name], **counters}}

    return change


@on_reply(breaks="usage.is-present")
def usage_missing(_request: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """JSON responses have no ``usage``."""
    return change_json_response(reply, remove_fields("usage"))


@on_reply(breaks="usage.is-present")
def usage_null_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` is ``null`` in the last event of a stream."""
    return change_final_snapshot(reply, set_fields(usage=None))


@on_reply(breaks="usage.is-present")
def usage_missing_when_truncated(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Truncated responses have no ``usage``."""

    def without_usage(response: Json) -> Json:
        truncated = response["status"] == "incomplete"
        return remove_fields("usage")(response) if truncated else response

    return change_finished_response(reply, without_usage)


@on_reply(breaks="usage.all-counts-are-present")
def total_tokens_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has no ``total_tokens``."""
    return change_usage(reply, remove_fields(TOTAL))


@on_reply(breaks="usage.all-counts-are-present")
def usage_styles_mixed(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has the input count of one API and the output count of the other."""
    names = {"prompt_tokens": "input_tokens", "output_tokens": "completion_tokens"}
    return change_usage(reply, lambda u: {names.get(name, name): u[name] for name in u})


@on_reply(breaks="usage.all-counts-are-present", profiles={"openai", "openresponses"})
def usage_in_chat_style(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has the field names of Chat Completions."""
    chat = {"input_tokens": "prompt_tokens", "output_tokens": "completion_tokens"}
    return change_usage(reply, lambda u: {_renamed(name, chat): u[name] for name in u})


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Return the new name of a count, or that of its details object."""
    count = name.removesuffix("_details")
    return names.get(count, count) + name[len(count) :]


@on_reply(breaks="usage.counts-are-integers")
def completion_tokens_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The output count is a string."""
    return change_usage(
        reply,
        lambda usage: {
            **usage,
            completion_field(usage): str(usage[completion_field(usage)]),
        },
    )


@on_reply(breaks="usage.counts-are-integers")
def total_tokens_fractional(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``total_tokens`` is written with a fraction."""
    return change_usage(reply, lambda usage: {**usage, TOTAL: usage[TOTAL] + 0.0})


@on_reply(breaks="usage.counts-are-integers")
def prompt_tokens_null_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count is ``null`` in the last event of a stream."""
    return change_usage(
        reply, lambda u: {**u, prompt_field(u): None}, change_final_snapshot
    )


@on_reply(breaks="usage.counts-are-not-negative")
def completion_tokens_negative(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The output count and the total are negative."""
    return change_usage(reply, recount(completion=lambda count: -1000 - count))


@on_reply(breaks="usage.counts-are-not-negative")
def cached_tokens_negative(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``cached_tokens`` is negative."""
    return change_usage(reply, set_details(prompt_field, cached_tokens=-64))


@on_reply(breaks="usage.total-is-the-sum")
def total_tokens_off_by_one(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``total_tokens`` is one more than the sum of the two counts."""
    return change_usage(reply, lambda usage: {**usage, TOTAL: usage[TOTAL] + 1})


@on_reply(breaks="usage.total-is-the-sum")
def total_tokens_exclude_prompt_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``total_tokens`` in a stream is only the output count."""
    return change_usage(
        reply,
        lambda usage: {**usage, TOTAL: usage[completion_field(usage)]},
        change_final_snapshot,
    )


@on_reply(breaks="usage.styles-agree")
def usage_styles_disagree(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has the names of both APIs, with different counts."""

    def with_second_style(usage: Json) -> Json:
        prompt = usage[prompt_field(usage)] - 1
        completion = usage[completion_field(usage)] + 1
        if "prompt_tokens" in usage:
            return {**usage, "input_tokens": prompt, "output_tokens": completion}
        return {**usage, "prompt_tokens": prompt, "completion_tokens": completion}

    return change_usage(reply, with_second_style)
