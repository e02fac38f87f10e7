"""The tokenizer of the scripted model, and the ``usage`` object.

A token is one to four word characters with an optional space before them, or one to
four whitespace characters, or one other character. The token count of a text
therefore grows linearly with its length, and a text truncated after N tokens has
exactly N tokens.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

Json = Any
Style = Literal["chat", "responses", "both"]
"""The API whose field names ``usage`` has: Chat, Responses, or both."""

MAX_TOKEN_LENGTH: Final = 5
"""Maximum number of characters in a token."""

_TOKEN: Final = re.compile(r" ?\w{1,4}|\s{1,4}|[^\w\s]")

split: Callable[[str], list[str]] = _TOKEN.findall
"""Split a text into its tokens. Joined, the tokens are the text again."""


def count(text: str) -> int:
    """Return the number of tokens in a text."""
    return len(split(text))


@dataclass(frozen=True)
class Usage:
    """The token counts of one response.

    ``cached`` is the part of ``prompt`` that was read from the cache, ``reasoning``
    the part of ``completion`` that is hidden reasoning.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0

    def to_json(self, style: Style) -> Json:
        """Return the ``usage`` object with the field names of one style or of both.

        Style ``chat`` has ``prompt_tokens``, style ``responses`` ``input_tokens``.
        """
        total = {"total_tokens": self.prompt + self.completion}
        if style == "chat":
            return self._chat_fields() | total
        if style == "responses":
            return self._responses_fields() | total
        return self._chat_fields() | self._responses_fields() | total

    def _chat_fields(self) -> dict[str, Json]:
        return {
            "prompt_tokens": self.prompt,
            "completion_tokens": self.completion,
            "prompt_tokens_details": {
                "cached_tokens": self.cached,
                "text_tokens": self.prompt,
                "audio_tokens": 0,
                "image_tokens": 0,
            },
            "completion_tokens_details": {
                "text_tokens": self.completion - self.reasoning,
                "audio_tokens": 0,
                "reasoning_tokens": self.reasoning,
            },
        }

    def _responses_fields(self) -> dict[str, Json]:
        return {
            "input_tokens": self.prompt,
            "output_tokens": self.completion,
            "input_tokens_details": {
                "cached_tokens": self.cached,
                "cache_write_tokens": 0,
            },
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
        }
