"""Defects of token truth: prices that do not follow what was sent."""

from typing import Any, Final

from conformance.reference import tokens
from conformance.reference.fault import on_reply, on_request
from conformance.reference.faults.usage.totals import billed, counting
from conformance.reference.gateway import Gateway
from conformance.reference.mutations import (
    each_response,
    having,
    is_response,
    last_snapshot,
)
from conformance.reference.request import Asked
from conformance.reference.response_message import Reply

Json = Any

BLOCK: Final = 128
"""Tokens to which a rounded count is a multiple."""

LONGEST: Final = 1000
"""Characters of a prompt that a truncating gateway passes on."""


@on_reply(breaks="tokens.stream-costs-what-json-costs")
def estimated_prompt_in_streams(_asked: Asked, reply: Reply) -> Reply:
    """The prompt of a stream is estimated, a quarter too high."""
    return billed(reply, counting(prompt=lambda n: n + 3 + n // 4), last_snapshot)


@on_reply(breaks="tokens.same-question-costs-the-same")
def dearer_when_repeated(asked: Asked, reply: Reply) -> Reply:
    """A question costs four tokens more every other time that it is asked in JSON."""
    if not asked.creates or reply.streamed or not is_response(reply.payload):
        return reply
    before = asked.notes.setdefault("asked", set())
    dear = asked.raw in before
    before.symmetric_difference_update({asked.raw})
    return billed(reply, counting(prompt=lambda count: count + 4 * dear))


@on_reply(breaks="tokens.message-costs-what-its-text-costs")
def dear_messages(asked: Asked, reply: Reply) -> Reply:
    """A prompt that is an array costs forty tokens more."""
    if not isinstance(asked.member("input"), list):
        return reply
    return billed(reply, counting(prompt=lambda count: count + 40))


@on_reply(breaks="tokens.longer-prompt-costs-more")
def constant_usage(_asked: Asked, reply: Reply) -> Reply:
    """Every prompt costs 36 tokens."""
    return billed(reply, counting(prompt=lambda _: 36))


@on_request(
    breaks={
        "tokens.longer-prompt-costs-more",
        "tokens.price-is-in-proportion",
        "tokens.instructions-are-charged-as-text",
    }
)
def long_prompt_cut_silently(asked: Asked, _gateway: Gateway) -> Asked:
    """A prompt is cut to its first thousand characters, and answered."""
    given = asked.member("input")
    if not isinstance(given, str) or len(given) > 1 << 20:
        return asked
    return asked.with_members(input=given[:LONGEST])


@on_reply(breaks="tokens.price-is-in-proportion")
def prompt_rounded_up(_asked: Asked, reply: Reply) -> Reply:
    """What a prompt costs is rounded up to a multiple of 128."""
    return billed(reply, counting(prompt=lambda count: -(-count // BLOCK) * BLOCK))


@on_reply(breaks="tokens.nothing-is-added")
def fixed_surcharge(_asked: Asked, reply: Reply) -> Reply:
    """Every prompt costs 390 tokens more than its text."""
    return billed(reply, counting(prompt=lambda count: count + 390))


@on_reply(breaks="tokens.rate-is-plausible")
def prompt_counted_in_characters(_asked: Asked, reply: Reply) -> Reply:
    """A prompt costs a token for each of its characters."""
    return billed(reply, counting(prompt=lambda count: count * tokens.LONGEST_TOKEN))


def _speech_of(asked: Asked) -> str:
    """The instructions of a request whose prompt is a text, or nothing."""
    said, given = asked.member("instructions"), asked.member("input")
    plain = asked.creates and isinstance(said, str) and isinstance(given, str)
    return said if plain else ""


def _answered(gateway: Gateway, asked: Asked, changed: Asked) -> Reply:
    """Answer another request, and repeat the client's own instructions."""
    said = asked.member("instructions")
    return each_response(gateway.answer(changed), having(instructions=said))


@on_request(
    breaks={
        "tokens.instructions-are-charged-as-text",
        "tokens.instructions-cost-in-a-stream-too",
    }
)
def instructions_dropped(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """Instructions are not passed on."""
    if not _speech_of(asked):
        return asked
    return _answered(gateway, asked, asked.without_members("instructions"))


@on_request(breaks="tokens.instructions-are-charged-as-text")
def instructions_sent_twice(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """Instructions are passed on as such, and once more as a message."""
    said, given = _speech_of(asked), asked.member("input")
    if not said:
        return asked
    messages = [
        {"role": "system", "content": said},
        {"role": "user", "content": given},
    ]
    return _answered(gateway, asked, asked.with_members(input=messages))


@on_request(breaks="tokens.instructions-cost-in-a-stream-too")
def instructions_dropped_in_streams(asked: Asked, gateway: Gateway) -> Asked | Reply:
    """Instructions are not passed on where a stream is asked for."""
    if not asked.streams or not _speech_of(asked):
        return asked
    return _answered(gateway, asked, asked.without_members("instructions"))


def _messages_of(asked: Asked) -> list[Json]:
    """The messages of a request whose input holds nothing else, or none."""
    given = asked.member("input") if asked.creates else None
    items = given if isinstance(given, list) else []
    return items if all(isinstance(m, dict) and "role" in m for m in items) else []


@on_request(breaks="tokens.every-message-is-read")
def system_messages_dropped(asked: Asked, _gateway: Gateway) -> Asked:
    """Messages of a system or developer are not passed on."""
    messages = _messages_of(asked)
    kept = [m for m in messages if m["role"] not in ("system", "developer")]
    return asked.with_members(input=kept) if kept != messages and kept else asked


@on_request(breaks="tokens.every-message-is-read")
def developer_messages_dropped(asked: Asked, _gateway: Gateway) -> Asked:
    """Messages of a developer are not passed on."""
    messages = _messages_of(asked)
    kept = [m for m in messages if m["role"] != "developer"]
    return asked.with_members(input=kept) if kept != messages and kept else asked


@on_request(breaks="tokens.every-message-is-read")
def early_messages_dropped(asked: Asked, _gateway: Gateway) -> Asked:
    """The last three messages of a conversation are passed on, and none before."""
    messages = _messages_of(asked)
    return asked.with_members(input=messages[-3:]) if len(messages) > 3 else asked


@on_request(breaks="tokens.every-message-is-read")
def parts_read_as_nothing(asked: Asked, _gateway: Gateway) -> Asked:
    """A message in parts is passed on without them, beside messages of plain text."""
    messages = _messages_of(asked)
    plain = [m for m in messages if isinstance(m.get("content"), str)]
    return asked.with_members(input=plain) if 3 < len(plain) < len(messages) else asked
