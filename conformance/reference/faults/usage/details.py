"""Faults that break requirements of `contract/usage/details.py`."""

from conformance.reference.fault import on_reply
from conformance.reference.faults.usage.totals import (
    Json,
    _detailing,
    billed,
    completion_of,
    prompt_of,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-integers")
def cached_tokens_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The cached tokens are null."""
    return billed(reply, _detailing(prompt_of, cached_tokens=None))


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-integers")
def reasoning_tokens_is_string(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The reasoning tokens are a text."""
    return billed(reply, _detailing(completion_of, reasoning_tokens="0"))


@on_reply(breaks="usage.modality-tokens-are-integers")
def audio_tokens_null(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The audio tokens are null."""
    return billed(reply, _detailing(prompt_of, audio_tokens=None))


@on_reply(breaks="usage.cached-and-reasoning-tokens-are-present")
def usage_details_missing(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage is not broken down."""
    return billed(
        reply,
        lambda usage: {n: usage[n] for n in usage if not n.endswith("_details")},
    )


@on_reply(breaks="usage.cached-tokens-do-not-exceed-prompt")
def cached_tokens_exceed_prompt(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are cached than the prompt has."""

    def change(usage: Json) -> Json:
        cached = usage[prompt_of(usage)] + 1
        return _detailing(prompt_of, cached_tokens=cached)(usage)

    return billed(reply, change)


@on_reply(breaks="usage.reasoning-tokens-do-not-exceed-completion")
def reasoning_tokens_exceed_completion(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are reasoning than the answer has."""

    def change(usage: Json) -> Json:
        hidden = usage[completion_of(usage)] + 1
        return _detailing(completion_of, reasoning_tokens=hidden)(usage)

    return billed(reply, change)


@on_reply(breaks="usage.modality-tokens-do-not-exceed-count")
def audio_tokens_exceed_prompt(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are audio than the prompt has."""

    def change(usage: Json) -> Json:
        return _detailing(prompt_of, audio_tokens=usage[prompt_of(usage)] + 1)(usage)

    return billed(reply, change)
