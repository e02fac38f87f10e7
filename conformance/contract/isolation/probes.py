"""Many conversations at once, none of which may hear of another."""

from typing import Final

from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

EACH_WAY: Final = 16
"""Requests that are answered by JSON, and as many that are answered by a stream."""

PLAIN_FORMAT: Final = 11
EMPTY_TOOLS: Final = 10
TWINS: Final = (12, 13)
"""The places, among the JSON requests, of two that are equal in every byte."""

ALIKE: Final = (14, 15)
"""The places of two that are equal but for their instructions."""

INSTRUCTED: Final = 2 * EACH_WAY - 1
"""The place of a stream that has its word from long instructions."""

_MANNER: Final = (
    "You are a kind old clerk who sits at the door of a town hall, and knows everybody "
    "who comes in by name. You are never in a hurry, you speak as people do in your "
    "part of the country, and you have a good word for each of them."
)

_SCRIPTS: Final = "caf\N{LATIN SMALL LETTER E WITH ACUTE} \u4f60\u597d \U0001f642"
"""Text of two, three and four bytes a character, for every fourth word."""


def _words(context: ProbeContext, number: int) -> str:
    own = TWINS[0] if number in TWINS else number
    word = context.word(f"burst-{own}")
    return f"{word} {_SCRIPTS}" if own % 4 == 1 else word


def _asking(context: ProbeContext, number: int) -> Request:
    members: dict[str, Json] = {"max_output_tokens": 64}
    said = f"Reply with exactly: {_words(context, number)}"
    if number in ALIKE:
        word = context.word(f"burst-{number}")
        members["instructions"] = f"Always start your answer with {word}."
        said = "Say hello in one word."
    elif number == INSTRUCTED:
        word = context.word(f"burst-{number}")
        start = f"Always start your answer with {word}. {_MANNER}"
        members |= {"instructions": start, "stream": True}
        said = "Say hello in one word."
    elif number == PLAIN_FORMAT:
        members["text"] = {"format": {"type": "text"}}
    elif number == EMPTY_TOOLS:
        members["tools"] = []
    elif number >= EACH_WAY:
        members["stream"] = True
    return context.request(said, **members)


@probe(model_responses=2 * EACH_WAY)
def concurrent_requests(context: ProbeContext) -> Steps:
    """Thirty-two requests at once, each with its own word, half of them streams."""
    yield tuple(_asking(context, number) for number in range(2 * EACH_WAY))
