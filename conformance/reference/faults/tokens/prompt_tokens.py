"""Faults in input counts: counts that do not follow what was sent."""

from typing import Final

from conformance.reference import tokens
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.usage.totals import change_usage, recount
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    change_final_snapshot,
    is_response,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

BLOCK_SIZE: Final = 128
"""Number of tokens; a rounded count is a multiple of it."""

MAX_PROMPT_LENGTH: Final = 1000
"""Number of characters of a prompt that a truncating gateway passes on."""


@on_reply(breaks="tokens.stream-and-json-counts-match")
def prompt_tokens_estimated_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count of a stream is an estimate, at least a quarter too high."""
    return change_usage(
        reply,
        recount(prompt=lambda count: count + 3 + count // 4),
        change_final_snapshot,
    )


@on_reply(breaks="tokens.same-prompt-has-same-count")
def repeated_prompt_overcharged(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every second JSON response to the same request counts 4 input tokens too many."""
    if not request.is_create or reply.streamed or not is_response(reply.payload):
        return reply
    seen = request.fault_state.setdefault("prompts", set())
    repeated = request.raw in seen
    seen.symmetric_difference_update({request.raw})
    return change_usage(reply, recount(prompt=lambda count: count + 4 * repeated))


@on_reply(breaks="tokens.message-counts-like-a-string")
def message_array_overcharged(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count is 40 too high if the prompt is an array."""
    if not isinstance(request.field("input"), list):
        return reply
    return change_usage(reply, recount(prompt=lambda count: count + 40))


@on_reply(breaks="tokens.longer-prompt-has-more-tokens")
def prompt_tokens_constant(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count is 36 for every prompt."""
    return change_usage(reply, recount(prompt=lambda _: 36))


@on_request(
    breaks={
        "tokens.longer-prompt-has-more-tokens",
        "tokens.count-is-proportional-to-length",
        "tokens.instructions-count-like-prompt-text",
    }
)
def long_prompt_silently_truncated(
    request: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A prompt is truncated to its first 1000 characters, without an error."""
    prompt = request.field("input")
    if not isinstance(prompt, str) or len(prompt) > 1 << 20:
        return request
    return request.with_fields(input=prompt[:MAX_PROMPT_LENGTH])


@on_reply(breaks="tokens.count-is-proportional-to-length")
def prompt_tokens_rounded_up(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Input counts are rounded up to a multiple of 128."""
    return change_usage(
        reply, recount(prompt=lambda count: -(-count // BLOCK_SIZE) * BLOCK_SIZE)
    )


@on_reply(breaks="tokens.overhead-is-small")
def prompt_tokens_have_fixed_surcharge(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every input count is 390 too high."""
    return change_usage(reply, recount(prompt=lambda count: count + 390))


@on_reply(breaks="tokens.tokens-per-word-are-plausible")
def prompt_tokens_count_characters(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The input count is the number of characters, not of tokens."""
    return change_usage(
        reply, recount(prompt=lambda count: count * tokens.MAX_TOKEN_LENGTH)
    )
