"""Defects of token truth: prices that do not follow what was sent."""

from typing import Final

from conformance.reference import tokens
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.usage.totals import billed, counting
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    change_final_snapshot,
    is_response,
)
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse

BLOCK: Final = 128
"""Tokens to which a rounded count is a multiple."""


LONGEST: Final = 1000
"""Characters of a prompt that a truncating gateway passes on."""


@on_reply(breaks="tokens.stream-and-json-counts-match")
def prompt_tokens_estimated_in_streams(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The prompt of a stream is estimated, a quarter too high."""
    return billed(
        reply, counting(prompt=lambda n: n + 3 + n // 4), change_final_snapshot
    )


@on_reply(breaks="tokens.same-prompt-has-same-count")
def repeated_prompt_overcharged(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A question costs four tokens more every other time that it is asked in JSON."""
    if not request.is_create or reply.streamed or not is_response(reply.payload):
        return reply
    before = request.fault_state.setdefault("asked", set())
    dear = request.raw in before
    before.symmetric_difference_update({request.raw})
    return billed(reply, counting(prompt=lambda count: count + 4 * dear))


@on_reply(breaks="tokens.message-counts-like-a-string")
def message_array_overcharged(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A prompt that is an array costs forty tokens more."""
    if not isinstance(request.field("input"), list):
        return reply
    return billed(reply, counting(prompt=lambda count: count + 40))


@on_reply(breaks="tokens.longer-prompt-has-more-tokens")
def prompt_tokens_constant(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every prompt costs 36 tokens."""
    return billed(reply, counting(prompt=lambda _: 36))


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
    """A prompt is cut to its first thousand characters, and answered."""
    given = request.field("input")
    if not isinstance(given, str) or len(given) > 1 << 20:
        return request
    return request.with_fields(input=given[:LONGEST])


@on_reply(breaks="tokens.count-is-proportional-to-length")
def prompt_tokens_rounded_up(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """What a prompt costs is rounded up to a multiple of 128."""
    return billed(reply, counting(prompt=lambda count: -(-count // BLOCK) * BLOCK))


@on_reply(breaks="tokens.overhead-is-small")
def prompt_tokens_have_fixed_surcharge(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Every prompt costs 390 tokens more than its text."""
    return billed(reply, counting(prompt=lambda count: count + 390))


@on_reply(breaks="tokens.tokens-per-word-are-plausible")
def prompt_tokens_count_characters(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A prompt costs a token for each of its characters."""
    return billed(reply, counting(prompt=lambda count: count * tokens.MAX_TOKEN_LENGTH))
