"""The event types of a stream, and where an output item keeps each streamed text.

A *text* is a string that a stream sends in deltas: message text, a refusal, function
call arguments, custom tool input, or reasoning.
"""

import re
from dataclasses import dataclass
from typing import Final

from conformance.contract.events.stream.rules import Rule
from conformance.model.exchange import TERMINAL
from conformance.model.node import Json, is_a


@dataclass(frozen=True, slots=True)
class TextEvents:
    """The ``delta`` and ``done`` events of one kind of text.

    ``stem`` is the type of both events without ``.delta`` or ``.done``. ``done_field``
    is the field of the ``done`` event that contains the complete text.

    ``field`` is the field of the output item that contains the text. If ``array`` is
    set, it names an array of the item: then each part, an element of this array, has
    the field. ``index_field`` is the field of both events that contains the index of
    the part.

    ``added_rule`` requires an added event for the part, and ``done_rule`` a ``done``
    event for the text. If one of them is ``None``, that event is not required.
    ``is_reasoning`` marks texts that the done item and the final snapshot may omit.
    """

    stem: str
    done_field: str
    field: str
    array: str = ""
    index_field: str = ""
    added_rule: Rule | None = None
    done_rule: Rule | None = None
    is_reasoning: bool = False

    def text_in(self, item: dict[str, Json], position: int) -> str | None:
        """Return the text in part ``position`` of ``item``, or ``None`` if missing."""
        container: Json = item
        if self.array:
            value = item.get(self.array)
            parts = value if isinstance(value, list) else []
            container = parts[position] if position < len(parts) else None
        text = container.get(self.field) if isinstance(container, dict) else None
        return join_surrogates(text) if isinstance(text, str) else None


_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_CONTENT: Final = ("content", "content_index")
_SUMMARY: Final = ("summary", "summary_index")
"""The item's array of parts, and the field of an event with the index of a part."""

_TEXT_EVENTS: Final = (
    TextEvents(
        "response.output_text",
        "text",
        "text",
        *_CONTENT,
        Rule.PART_ADDED_FIRST,
        Rule.TEXT_DONE,
    ),
    TextEvents(
        "response.refusal",
        "refusal",
        "refusal",
        *_CONTENT,
        Rule.PART_ADDED_FIRST,
        Rule.TEXT_DONE,
    ),
    TextEvents(
        "response.function_call_arguments",
        "arguments",
        "arguments",
        done_rule=Rule.ARGUMENTS_DONE,
    ),
    TextEvents("response.custom_tool_call_input", "input", "input"),
    TextEvents("response.reasoning_text", "text", "text", *_CONTENT, is_reasoning=True),
    TextEvents("response.reasoning", "text", "text", *_CONTENT, is_reasoning=True),
    TextEvents(
        "response.reasoning_summary_text",
        "text",
        "text",
        *_SUMMARY,
        Rule.SUMMARY_ADDED_FIRST,
        is_reasoning=True,
    ),
)

DELTAS: Final = {f"{events.stem}.delta": events for events in _TEXT_EVENTS}
DONES: Final = {f"{events.stem}.done": events for events in _TEXT_EVENTS}
"""Types of the delta events, and of the done events, of each kind of text."""

MAIN_TEXT: Final = {
    "message": DELTAS["response.output_text.delta"],
    "function_call": DELTAS["response.function_call_arguments.delta"],
}
"""The kind of text that clients mainly use, by the type of the output item."""

PARTS_ADDED: Final = {
    "response.content_part.added": _CONTENT,
    "response.reasoning_summary_part.added": _SUMMARY,
}
PARTS_DONE: Final = {
    "response.content_part.done": _CONTENT,
    "response.reasoning_summary_part.done": _SUMMARY,
}
"""Event types of parts: the item's array of parts, and the event's index field."""

EARLY_SNAPSHOTS: Final = frozenset(
    ("response.created", "response.queued", "response.in_progress")
)
"""Types of the events with an early snapshot: the response while it is unfinished."""

ERROR: Final = "error"
ITEM_ADDED: Final = "response.output_item.added"
ITEM_DONE: Final = "response.output_item.done"

KNOWN: Final = frozenset(
    (
        ERROR,
        ITEM_ADDED,
        ITEM_DONE,
        *EARLY_SNAPSHOTS,
        *TERMINAL,
        *PARTS_ADDED,
        *PARTS_DONE,
    )
).union(DELTAS, DONES)
"""Every event type that the state machine reads; it ignores events of other types."""


def non_negative_integer(data: dict[str, Json], name: str) -> int | None:
    """Return the value of a field if it is a non-negative integer, else ``None``."""
    value = data.get(name)
    return value if isinstance(value, int) and is_a(value, int) and value >= 0 else None


def non_empty_string(data: dict[str, Json], name: str) -> str | None:
    """Return the value of a field if it is a non-empty string, else ``None``."""
    value = data.get(name)
    return value if isinstance(value, str) and value else None


def has_lone_surrogate(text: str) -> bool:
    """Return whether a string contains a surrogate, which is half of a UTF-16 pair.

    Each surrogate in a string from a JSON document is lone: the parser joins pairs.
    """
    return not text.isascii() and _SURROGATE.search(text) is not None


def join_surrogates(text: str) -> str:
    """Join adjacent surrogates to characters; replace lone ones by U+FFFD.

    If a delta ends with the first half of a surrogate pair and the next delta begins
    with the second half, their concatenation has one character in JavaScript. In Python
    it has two surrogates, which this function joins.
    """
    if not has_lone_surrogate(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
