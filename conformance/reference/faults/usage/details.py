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


@on_reply(breaks="usage.priced-details-are-integers")
def null_cached_tokens(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The cached tokens are null."""
    return billed(reply, _detailing(prompt_of, cached_tokens=None))


@on_reply(breaks="usage.priced-details-are-integers")
def reasoning_tokens_as_text(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The reasoning tokens are a text."""
    return billed(reply, _detailing(completion_of, reasoning_tokens="0"))


@on_reply(breaks="usage.modality-details-are-integers")
def null_audio_tokens(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The audio tokens are null."""
    return billed(reply, _detailing(prompt_of, audio_tokens=None))


@on_reply(breaks="usage.priced-details-are-there")
def usage_without_details(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The usage is not broken down."""
    return billed(
        reply,
        lambda usage: {n: usage[n] for n in usage if not n.endswith("_details")},
    )


@on_reply(breaks="usage.cached-is-within-the-prompt")
def more_cached_than_read(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are cached than the prompt has."""

    def change(usage: Json) -> Json:
        cached = usage[prompt_of(usage)] + 1
        return _detailing(prompt_of, cached_tokens=cached)(usage)

    return billed(reply, change)


@on_reply(breaks="usage.reasoning-is-within-the-completion")
def more_reasoning_than_output(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are reasoning than the answer has."""

    def change(usage: Json) -> Json:
        hidden = usage[completion_of(usage)] + 1
        return _detailing(completion_of, reasoning_tokens=hidden)(usage)

    return billed(reply, change)


@on_reply(breaks="usage.modalities-are-within-the-count")
def more_audio_than_prompt(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """More tokens are audio than the prompt has."""

    def change(usage: Json) -> Json:
        return _detailing(prompt_of, audio_tokens=usage[prompt_of(usage)] + 1)(usage)

    return billed(reply, change)
