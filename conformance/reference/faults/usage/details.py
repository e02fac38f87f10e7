"""Faults that break requirements of ``contract/usage/details.py``."""

from conformance.reference.fault import on_reply
from conformance.reference.faults.usage.totals import (
    Json,
    change_usage,
    completion_field,
    prompt_field,
    set_details,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-integers")
def cached_tokens_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``cached_tokens`` is ``null``."""
    return change_usage(reply, set_details(prompt_field, cached_tokens=None))


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-integers")
def reasoning_tokens_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``reasoning_tokens`` is a string."""
    return change_usage(reply, set_details(completion_field, reasoning_tokens="0"))


@on_reply(breaks="usage.modality-tokens-are-integers")
def audio_tokens_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``audio_tokens`` is ``null``."""
    return change_usage(reply, set_details(prompt_field, audio_tokens=None))


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-present")
def usage_details_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``usage`` has no details objects."""
    return change_usage(
        reply,
        lambda usage: {n: usage[n] for n in usage if not n.endswith("_details")},
    )


@on_reply(breaks="usage.cached-tokens-do-not-exceed-prompt")
def cached_tokens_exceed_prompt(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``cached_tokens`` is one more than the input count."""

    def change(usage: Json) -> Json:
        cached = usage[prompt_field(usage)] + 1
        return set_details(prompt_field, cached_tokens=cached)(usage)

    return change_usage(reply, change)


@on_reply(breaks="usage.reasoning-tokens-do-not-exceed-completion")
def reasoning_tokens_exceed_completion(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``reasoning_tokens`` is one more than the output count."""

    def change(usage: Json) -> Json:
        reasoning = usage[completion_field(usage)] + 1
        return set_details(completion_field, reasoning_tokens=reasoning)(usage)

    return change_usage(reply, change)


@on_reply(breaks="usage.modality-tokens-do-not-exceed-count")
def audio_tokens_exceed_prompt(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``audio_tokens`` is one more than the input count."""

    def change(usage: Json) -> Json:
        return set_details(prompt_field, audio_tokens=usage[prompt_field(usage)] + 1)(
            usage
        )

    return change_usage(reply, change)
