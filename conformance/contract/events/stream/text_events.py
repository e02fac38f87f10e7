"""The events of a stream that carry text, and where an item keeps that text."""

import re
from dataclasses import dataclass
from typing import Final

from conformance.contract.events.stream.rules import Rule
from conformance.model.exchange import TERMINAL
from conformance.model.node import Json, is_a


@dataclass(frozen=True, slots=True)
class TextEvents:
    """A ``delta`` event, its ``done`` event, and the text that both are about.

    ``whole`` is the member of ``done`` that has the whole text. ``parts`` names
    the array of the item whose element at ``index`` has it as ``member``; where
    ``parts`` is empty, the item itself has it. ``announced`` is the rule that
    its part is announced, and ``finished`` the rule that ``done`` comes.
    """

    stem: str
    whole: str
    member: str
    parts: str = ""
    index: str = ""
    announced: Rule | None = None
    finished: Rule | None = None
    hidden: bool = False

    def held_by(self, item: dict[str, Json], index: int) -> str | None:
        """Return the text as ``item`` has it, or ``None`` where it has none."""
        holder: Json = item
        if self.parts:
            listed = item.get(self.parts)
            parts = listed if isinstance(listed, list) else []
            holder = parts[index] if index < len(parts) else None
        held = holder.get(self.member) if isinstance(holder, dict) else None
        return mended(held) if isinstance(held, str) else None


_HALF: Final = re.compile("[\ud800-\udfff]")

_CONTENT: Final = ("content", "content_index")
_SUMMARY: Final = ("summary", "summary_index")

_FAMILIES: Final = (
    TextEvents(
        "response.output_text",
        "text",
        "text",
        *_CONTENT,
        Rule.PART_ANNOUNCED,
        Rule.TEXT_DONE,
    ),
    TextEvents(
        "response.refusal",
        "refusal",
        "refusal",
        *_CONTENT,
        Rule.PART_ANNOUNCED,
        Rule.TEXT_DONE,
    ),
    TextEvents(
        "response.function_call_arguments",
        "arguments",
        "arguments",
        finished=Rule.ARGUMENTS_DONE,
    ),
    TextEvents("response.custom_tool_call_input", "input", "input"),
    TextEvents("response.reasoning_text", "text", "text", *_CONTENT, hidden=True),
    TextEvents("response.reasoning", "text", "text", *_CONTENT, hidden=True),
    TextEvents(
        "response.reasoning_summary_text",
        "text",
        "text",
        *_SUMMARY,
        Rule.SUMMARY_ANNOUNCED,
        hidden=True,
    ),
)

DELTAS: Final = {f"{family.stem}.delta": family for family in _FAMILIES}
DONES: Final = {f"{family.stem}.done": family for family in _FAMILIES}

SPOKEN: Final = {
    "message": DELTAS["response.output_text.delta"],
    "function_call": DELTAS["response.function_call_arguments.delta"],
}
"""The family that tells what an item of a type says, where a client waits for it."""

PARTS_ADDED: Final = {
    "response.content_part.added": _CONTENT,
    "response.reasoning_summary_part.added": _SUMMARY,
}
PARTS_DONE: Final = {
    "response.content_part.done": _CONTENT,
    "response.reasoning_summary_part.done": _SUMMARY,
}
"""Events about a part: the item's array that has it, the member for its place."""

STARTING: Final = frozenset(
    ("response.created", "response.queued", "response.in_progress")
)
ERROR: Final = "error"
ADDED: Final = "response.output_item.added"
FINISHED: Final = "response.output_item.done"

KNOWN: Final = frozenset(
    (ERROR, ADDED, FINISHED, *STARTING, *TERMINAL, *PARTS_ADDED, *PARTS_DONE)
).union(DELTAS, DONES)
"""Every event that moves the state of a stream; others are passed over."""


def place(data: dict[str, Json], member: str) -> int | None:
    """Return a member that is an index from 0, or ``None`` where it is not one."""
    value = data.get(member)
    return value if isinstance(value, int) and is_a(value, int) and value >= 0 else None


def word(data: dict[str, Json], member: str) -> str | None:
    """Return a member that is a string with something in it, or ``None``."""
    value = data.get(member)
    return value if isinstance(value, str) and value else None


def half_characters(text: str) -> bool:
    """Say whether a text has a surrogate without its other half."""
    return not text.isascii() and _HALF.search(text) is not None


def mended(text: str) -> str:
    """Return a text with its half characters joined, those alone replaced by U+FFFD.

    Most languages join two halves when they add up two texts; Python does not.
    """
    if not half_characters(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
