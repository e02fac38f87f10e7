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


@on_reply(breaks="tokens.stream-costs-what-json-costs")
def estimated_prompt_in_streams(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """The prompt of a stream is estimated, a quarter too high."""
    return billed(
        reply, counting(prompt=lambda n: n + 3 + n // 4), change_final_snapshot
    )


@on_reply(breaks="tokens.same-question-costs-the-same")
def dearer_when_repeated(
    asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A question costs four tokens more every other time that it is asked in JSON."""
    if not asked.is_create or reply.streamed or not is_response(reply.payload):
        return reply
    before = asked.fault_state.setdefault("asked", set())
    dear = asked.raw in before
    before.symmetric_difference_update({asked.raw})
    return billed(reply, counting(prompt=lambda count: count + 4 * dear))


@on_reply(breaks="tokens.message-costs-what-its-text-costs")
def dear_messages(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """A prompt that is an array costs forty tokens more."""
    if not isinstance(asked.field("input"), list):
        return reply
    return billed(reply, counting(prompt=lambda count: count + 40))


@on_reply(breaks="tokens.longer-prompt-costs-more")
def constant_usage(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Every prompt costs 36 tokens."""
    return billed(reply, counting(prompt=lambda _: 36))


@on_request(
    breaks={
        "tokens.longer-prompt-costs-more",
        "tokens.price-is-in-proportion",
        "tokens.instructions-are-charged-as-text",
    }
)
def long_prompt_cut_silently(
    asked: GatewayRequest, _gateway: Gateway
) -> GatewayRequest:
    """A prompt is cut to its first thousand characters, and answered."""
    given = asked.field("input")
    if not isinstance(given, str) or len(given) > 1 << 20:
        return asked
    return asked.with_fields(input=given[:LONGEST])


@on_reply(breaks="tokens.price-is-in-proportion")
def prompt_rounded_up(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """What a prompt costs is rounded up to a multiple of 128."""
    return billed(reply, counting(prompt=lambda count: -(-count // BLOCK) * BLOCK))


@on_reply(breaks="tokens.nothing-is-added")
def fixed_surcharge(_asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Every prompt costs 390 tokens more than its text."""
    return billed(reply, counting(prompt=lambda count: count + 390))


@on_reply(breaks="tokens.rate-is-plausible")
def prompt_counted_in_characters(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """A prompt costs a token for each of its characters."""
    return billed(reply, counting(prompt=lambda count: count * tokens.MAX_TOKEN_LENGTH))
