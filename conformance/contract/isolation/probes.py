"""A probe that sends many requests at the same time."""

from typing import Final

from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

REQUESTS_PER_MODE: Final = 16
"""Number of requests without ``stream``, and also of requests with it.

The requests without ``stream`` ("JSON requests") have the indexes from 0.
"""

EMPTY_TOOLS: Final = 10
"""Index of a JSON request with an empty array of tools."""

PLAIN_FORMAT: Final = 11
"""Index of a JSON request with ``text.format`` set to ``text``."""

IDENTICAL: Final = (12, 13)
"""Indexes of two identical JSON requests."""

DIFFERENT_INSTRUCTIONS: Final = (14, 15)
"""Indexes of two JSON requests that differ only in their instructions."""

LONG_INSTRUCTIONS: Final = 2 * REQUESTS_PER_MODE - 1
"""Index of a stream with long instructions, which contain its test word."""

_LONG_INSTRUCTIONS: Final = (
    "You are a kind old clerk who sits at the door of a town hall, and knows everybody "
    "who comes in by name. You are never in a hurry, you speak as people do in your "
    "part of the country, and you have a good word for each of them."
)

_MULTIBYTE_TEXT: Final = (
    "caf\N{LATIN SMALL LETTER E WITH ACUTE} \u4f60\u597d \U0001f642"
)
"""Text with characters of 2, 3 and 4 bytes in UTF-8.

Every fourth request asks for this text after its test word.
"""


def _requested_text(context: ProbeContext, index: int) -> str:
    """Return the text that the prompt of a request asks the model to repeat.

    It starts with the test word of the request, which the two identical requests share.
    """
    index = IDENTICAL[0] if index in IDENTICAL else index
    word = context.word(f"burst-{index}")
    return f"{word} {_MULTIBYTE_TEXT}" if index % 4 == 1 else word


def _request(context: ProbeContext, index: int) -> Request:
    """Return the concurrent request with this index."""
    fields: dict[str, Json] = {"max_output_tokens": 64}
    prompt = f"Reply with exactly: {_requested_text(context, index)}"
    if index in DIFFERENT_INSTRUCTIONS:
        word = context.word(f"burst-{index}")
        fields["instructions"] = f"Always start your answer with {word}."
        prompt = "Say hello in one word."
    elif index == LONG_INSTRUCTIONS:
        word = context.word(f"burst-{index}")
        instructions = f"Always start your answer with {word}. {_LONG_INSTRUCTIONS}"
        fields |= {"instructions": instructions, "stream": True}
        prompt = "Say hello in one word."
    elif index == PLAIN_FORMAT:
        fields["text"] = {"format": {"type": "text"}}
    elif index == EMPTY_TOOLS:
        fields["tools"] = []
    elif index >= REQUESTS_PER_MODE:
        fields["stream"] = True
    return context.request(prompt, **fields)


@probe(model_responses=2 * REQUESTS_PER_MODE)
def concurrent_requests(context: ProbeContext) -> Steps:
    """Send 32 requests at once, half of them streams, each with a test word."""
    yield tuple(_request(context, index) for index in range(2 * REQUESTS_PER_MODE))
