"""The scripted model's tokenizer, and its bill.

A token is at most four word characters with the blank before them, or at most
four blanks, or one character of anything else. So the count of a text grows
linearly with it, and a text that is cut between two tokens counts as many tokens
as were kept.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

Json = Any
Style = Literal["chat", "responses", "both"]

MAX_TOKEN_LENGTH: Final = 5
"""Characters that one token can hold."""

_PIECE: Final = re.compile(r" ?\w{1,4}|\s{1,4}|[^\w\s]")

pieces: Callable[[str], list[str]] = _PIECE.findall
"""Split a text into its tokens; joined, they are the text again."""


def count(text: str) -> int:
    """How many tokens a text costs."""
    return len(pieces(text))


@dataclass(frozen=True)
class Usage:
    """What one answer cost, in tokens.

    ``cached`` is the part of ``prompt`` that was known already, ``reasoning`` the
    part of ``completion`` that the client does not see.
    """

    prompt: int
    completion: int
    cached: int = 0
    reasoning: int = 0

    def document(self, style: Style) -> Json:
        """The ``usage`` member, under the names of one API family or of both."""
        total = {"total_tokens": self.prompt + self.completion}
        if style == "chat":
            return self._chat() | total
        if style == "responses":
            return self._responses() | total
        return self._chat() | self._responses() | total

    def _chat(self) -> dict[str, Json]:
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

    def _responses(self) -> dict[str, Json]:
        return {
            "input_tokens": self.prompt,
            "output_tokens": self.completion,
            "input_tokens_details": {
                "cached_tokens": self.cached,
                "cache_write_tokens": 0,
            },
            "output_tokens_details": {"reasoning_tokens": self.reasoning},
        }
