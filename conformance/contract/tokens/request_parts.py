"""Tokens: whether every part of a request is charged, and so was read.

A gateway that leaves a part out answers all the same. What the part would have cost
is missing from the bill.
"""

import math
from collections.abc import Iterable
from typing import Final

from conformance.contract.evidence.token_counts import input_tokens
from conformance.contract.isolation import probes as isolation_probes
from conformance.contract.probes import basic
from conformance.contract.tokens import probes as token_probes
from conformance.contract.tokens.prompt_tokens import (
    ALONE,
    SLACK,
    Six,
    alike,
    charged,
    ladder_of,
    size_of,
    strays,
)
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.linear_fit import LinearFit
from conformance.model.node import Json, Node
from conformance.model.request import Request
from conformance.model.requirement import Capability, must
from conformance.model.scope import EVERY_USAGE, Observation
from conformance.model.sources import NEWAPI_DOCUMENT

_REQUEST: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Request/properties"
_PROMPT: Final = f"{NEWAPI_DOCUMENT}#/components/schemas/Usage/properties/prompt_tokens"

INSTRUCTED = must(
    "tokens.instructions-count-like-prompt-text",
    "A paragraph of instructions costs about what it costs in the prompt.",
    source=_PROMPT,
    cause="instructions are dropped on the way, or sent along twice",
    covers=("EC-03", "US-12"),
)

LEAST_SHARE: Final = 0.5
MOST_SHARE: Final = 1.5


@check(INSTRUCTED, on=token_probes.prompt_lengths)
def instructions_count_like_prompt_text(six: Six) -> Findings:
    """Compare two lengths of instructions, so that a default prompt plays no part.

    Half as much again and half as little are forgiven. Dropped instructions cost
    nothing, and those sent twice cost double.
    """
    slope = ladder_of(six).slope
    few, many = (
        charged(exchange) for exchange in six[len(token_probes.PROMPT_LENGTHS) :]
    )
    short, long = token_probes.INSTRUCTION_LENGTHS
    each = (many - few) / (long - short)
    if slope <= 0:
        raise Inconclusive("the counts do not grow with the prompt either")
    if not LEAST_SHARE < each / slope < MOST_SHARE:
        wanted = f"about {slope:.0f} tokens for each paragraph of instructions"
        yield six[-1].finding("/usage", wanted, f"{each:.0f}")


STREAMED = must(
    "tokens.instructions-count-in-streams",
    "Instructions cost prompt tokens in a stream as in JSON.",
    source=f"{_REQUEST}/instructions",
    needs=Capability.STREAMING,
    cause="streams are translated by code of their own, which drops instructions",
    covers=("EC-03",),
)

LONG: Final = 200
"""Characters of instructions that cost more than a template's own default does."""

_BESIDE: Final = frozenset({"instructions", "max_output_tokens"})
"""Members that two requests may differ in, and ask the same for all that."""

BARE: Final = "a request without instructions"
INSTRUCTED_STREAM: Final = "a stream with instructions"


def _instructed(usage: Node, exchange: Exchange) -> Observation | None:
    """Note what a question cost without instructions, or with long ones in a stream."""
    asked, read = exchange.request, input_tokens(exchange)
    if read is None or not isinstance(asked.json, dict):
        return None
    said, mode = asked.field("instructions"), BARE
    if said:
        if not asked.streamed or not isinstance(said, str) or len(said) < LONG:
            return None
        mode = INSTRUCTED_STREAM
    rest = {name: asked.json[name] for name in asked.json if name not in _BESIDE}
    return Observation(
        (Request.of(rest).prompt_digest, mode, read), exchange.id, usage.pointer
    )


@check(
    STREAMED,
    on=ALONE.collecting(_instructed),
    exercised_by=(
        basic.text,
        isolation_probes.concurrent_requests,
        token_probes.prompt_lengths,
    ),
)
def instructions_count_in_streams(notes: list[Observation]) -> Findings:
    """Blame a stream that costs what the same question costs without instructions.

    One that costs less may have lost a default prompt to them, and is let be. A
    stream of the burst carries them, since each of those has a word of its own, and
    it may as well stand there.
    """
    if math.gcd(*(note.value[2] for note in notes)) > SLACK:
        raise Inconclusive("every prompt costs the same, or a multiple of one number")
    for note, others in alike(notes, (BARE, INSTRUCTED_STREAM)):
        near = [o for o in others if abs(note.value[2] - o.value[2]) <= SLACK]
        if near:
            wanted = f"more than {near[0].exchange} cost without instructions"
            yield Node(note.value[2], note.pointer, note.exchange).finding(wanted)


READ = must(
    "tokens.every-message-is-counted",
    "A conversation costs about what the text of its messages costs.",
    source=f"{_REQUEST}/input",
    cause="system messages are dropped on the way, or all but the last few messages",
    covers=("RV-08", "EC-03"),
)

LOST: Final = 0.5
"""The part of a paragraph that may be missing: frames of messages cost, too."""


def _messages(input_: Json) -> int:
    """Return the paragraphs in the messages of an input."""
    items = input_ if isinstance(input_, list) else []
    said = (item.get("content") for item in items if isinstance(item, dict))
    return sum(
        (text == token_probes.PARAGRAPH_AS_PARTS)
        + (isinstance(text, str) and text.count(token_probes.PARAGRAPH))
        for text in said
    )


def _paragraphs(usage: Node, exchange: Exchange) -> Observation | None:
    """Note what paragraphs cost: in a text, in instructions, and in messages."""
    read, (prompt, speech) = input_tokens(exchange), size_of(exchange)
    messages = _messages(exchange.request.field("input"))
    if read is None or not prompt + messages:
        return None
    return Observation((prompt, speech, messages, read), exchange.id, usage.pointer)


def _ladders(notes: Iterable[Observation]) -> tuple[LinearFit, LinearFit]:
    """Return what paragraphs cost in a prompt, and in instructions above one of it.

    Raises ``Inconclusive`` where a rung is missing, or the prices are no line.
    """
    sizes = [note.value for note in notes]
    rungs = tuple(
        (size, read) for size, speech, _, read in sizes if size and not speech
    )
    speeches = tuple((speech, read) for _, speech, _, read in sizes if speech)
    if len(dict(rungs)) < len(token_probes.PROMPT_LENGTHS) or len(dict(speeches)) < 2:
        raise Inconclusive("the ladder was not counted on every rung")
    ladder = LinearFit.fit(rungs)
    if ladder.slope <= 0 or strays(ladder):
        raise Inconclusive("the counts do not grow with the text")
    return ladder, LinearFit.fit(speeches)


@check(
    READ,
    on=EVERY_USAGE.collecting(_paragraphs),
    exercised_by=(token_probes.prompt_lengths, token_probes.multi_message_prompt),
)
def every_message_is_counted(notes: list[Observation]) -> Findings:
    """Judge what is missing; what is charged beyond the text is let be.

    A system text may take the place of a default prompt, and so may instructions:
    the lower of the prices with them and without counts. A conversation that is
    refused has clauses of its own.
    """
    talks = [note for note in notes if note.value[2]]
    if not talks:
        raise Inconclusive("no conversation was counted")
    ladder, spoken = _ladders(notes)
    for talk in talks:
        *_, size, read = talk.value
        instructed = spoken.intercept + ladder.slope * (size - 1)
        wanted = min(ladder.predict(size), instructed)
        if read < wanted - LOST * ladder.slope:
            text = f"about {wanted:.0f} tokens or more for {size} messages"
            yield Node(read, talk.pointer, talk.exchange).finding(text)
