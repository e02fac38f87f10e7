"""What the events of one output item have shown so far, and the checks that use it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.contract.events.stream.rules import (
    MISSING,
    Rule,
    StreamFindings,
    diff,
)
from conformance.contract.events.stream.text_events import (
    MAIN_TEXT,
    TextEvents,
    join_surrogates,
    non_empty_string,
)
from conformance.model.event import Event
from conformance.model.node import Json, quote

RULES_OF_DONE_ITEM: Final = {
    "message": (
        Rule.CONTENT_INDEX,
        Rule.PART_ADDED_FIRST,
        Rule.CONTENT_INDEX_ORDER,
        Rule.DELTA_IS_STRING,
        Rule.NO_DELTA_AFTER_DONE,
        Rule.DONE_TEXT,
        Rule.DONE_ITEM_TEXT,
    )
}
"""By type of a done item: rules that apply to its stream, whatever its events were."""


@dataclass(slots=True, eq=False)
class PartState:
    """One element of an item's ``content`` or ``summary``.

    ``position`` is its index in that array, counted in the order of the added events.
    ``initial_text`` is the text in its added event. An ``implicit`` part needs no added
    event: the added item contains the part, or the missing event is already reported.
    ``done`` is whether the done event of the part has been read.
    """

    position: int
    initial_text: str = ""
    implicit: bool = False
    done: bool = False


@dataclass(slots=True, eq=False)
class TextState:
    """One text of an item: its initial text, its deltas, and its done text.

    ``events`` names its kind. ``position`` is the index of its part in the item.
    ``initial_text`` is the text in the added event of the part or item. ``done_text``
    is the complete text in ``done_event``; both are ``None`` until that event is read.
    """

    events: TextEvents
    position: int
    initial_text: str = ""
    deltas: list[str] = field(default_factory=list)
    done_text: str | None = None
    done_event: Event | None = None

    @property
    def streamed(self) -> str:
        """Return the initial text and all deltas, with surrogate pairs joined."""
        return join_surrogates(self.initial_text + "".join(self.deltas))

    @property
    def pointer(self) -> str:
        """Return the JSON Pointer of the text inside its item."""
        events = self.events
        part = f"/{events.array}/{self.position}" if events.array else ""
        return f"{part}/{events.field}"

    def check_text(
        self,
        later_text: str | None,
        event: Event,
        pointer: str,
        findings: StreamFindings,
        *,
        rule: Rule,
        done_item_text: str | None = None,
    ) -> None:
        """Check a copy of this text in a done part, done item or final snapshot.

        The copy, ``later_text``, must equal one of three earlier texts: the text of
        the done item, the done text or the joined deltas. Does not compare these three,
        nor check texts that were never streamed or reasoning that the copy omits.
        """
        streamed = self.streamed if self.deltas or self.initial_text else None
        earlier_texts = (done_item_text, self.done_text, streamed)
        accepted = [text for text in earlier_texts if text is not None]
        is_reasoning = self.events.is_reasoning
        if not accepted or (is_reasoning and later_text is None):
            return
        ok = later_text in accepted
        expected, got = quote(accepted[0]), MISSING
        if later_text is not None:
            expected, got = ("", MISSING) if ok else diff(accepted[0], later_text)
        rule = Rule.REASONING_TEXT if is_reasoning else rule
        findings.check(rule, ok, event, pointer, expected, got)


@dataclass(slots=True, eq=False)
class ItemState:
    """One output item, as far as its events have been read.

    ``index`` is its ``output_index``. ``added`` is whether its
    ``response.output_item.added`` has been read. ``identity`` has the first ``id``,
    ``call_id`` and ``type`` in its events; ``ids`` has every id that they use for it.
    ``parts`` is keyed by array name and part index, ``texts`` by the stem of the text
    events and part index. ``done_item`` is the item in its
    ``response.output_item.done``.
    """

    index: int | None
    added: bool = False
    identity: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    parts: dict[tuple[str, int], PartState] = field(default_factory=dict)
    texts: dict[tuple[str, int], TextState] = field(default_factory=dict)
    done_item: dict[str, Json] | None = None

    def read_added(self, item: dict[str, Json]) -> None:
        """Store the identity, parts and initial text of ``item``, which is added."""
        self.added = True
        self.identify(item)
        for name in ("content", "summary"):
            parts = item.get(name)
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                text = part.get("text") if isinstance(part, dict) else None
                initial_text = text if isinstance(text, str) else ""
                self.parts[name, index] = PartState(index, initial_text, implicit=True)
        events = MAIN_TEXT.get(self.identity.get("type", ""))
        if events and not events.array:
            self.text_of(events, 0).initial_text = events.text_in(item, 0) or ""

    def identify(self, item: dict[str, Json]) -> list[tuple[str, str, str]]:
        """Store each of ``id``, ``call_id`` and ``type`` that is not yet known.

        Return ``(name, first value, new value)`` for each that differs from the first.
        """
        changed = list[tuple[str, str, str]]()
        for name in ("id", "call_id", "type"):
            value = non_empty_string(item, name)
            if value is not None and self.identity.setdefault(name, value) != value:
                changed.append((name, self.identity[name], value))
        if id_ := non_empty_string(item, "id"):
            self.ids.add(id_)
        return changed

    def check_identity(
        self,
        item: dict[str, Json],
        event: Event,
        pointer: str,
        findings: StreamFindings,
    ) -> None:
        """Check that ``item`` has the same identity as in the events before."""
        for name, first, value in self.identify(item):
            findings.check(
                Rule.SAME_IDENTITY,
                False,  # noqa: FBT003 -- the rule is broken
                event,
                f"{pointer}/{name}",
                quote(first),
                value,
            )

    def text_of(self, events: TextEvents, index: int) -> TextState:
        """Return the text that ``events`` send for the part with an index.

        Create it if it is unknown, with the initial text of the part.
        """
        key = (events.stem, index)
        if key not in self.texts:
            part = self.parts.get((events.array, index)) or PartState(index)
            self.texts[key] = TextState(events, part.position, part.initial_text)
        return self.texts[key]

    def newest_part(self, array: str, default: int = 0) -> int:
        """Return the index of the part of an array that became known last.

        ``array`` is the name of the array. Return ``default`` if no part is known.
        """
        indexes = (index for name, index in reversed(self.parts) if name == array)
        return next(indexes, default)

    def part_index(self, array: str, index: int) -> int:
        """Return ``index`` if that part is known, else the index of ``newest_part``."""
        is_known = (array, index) in self.parts
        return index if is_known else self.newest_part(array, index)

    def is_done(self, text: TextState) -> bool:
        """Return whether the text, its part or the item has had its done event."""
        part_done = any(
            part.done
            for (name, _), part in self.parts.items()
            if name == text.events.array and part.position == text.position
        )
        return text.done_text is not None or part_done or self.done_item is not None

    def check_done_part(
        self,
        array: str,
        position: int,
        part: Json,
        event: Event,
        findings: StreamFindings,
    ) -> None:
        """Compare ``part``, from its done event, with the texts streamed for it."""
        for state in self.texts.values():
            if state.events.array == array and state.position == position:
                pointer = f"/part/{state.events.field}"
                text = state.events.text_in({array: [part]}, 0)
                rule = Rule.DONE_ITEM_TEXT
                state.check_text(text, event, pointer, findings, rule=rule)

    def check_done_texts(self, findings: StreamFindings) -> None:
        """Compare the deltas of each text with its done text."""
        for state in self.texts.values():
            if state.deltas and state.done_text is not None and state.done_event:
                ok = state.streamed == state.done_text
                is_reasoning = state.events.is_reasoning
                rule = Rule.REASONING_TEXT if is_reasoning else Rule.DONE_TEXT
                expected, got = (
                    ("", MISSING) if ok else diff(state.streamed, state.done_text)
                )
                pointer = f"/{state.events.done_field}"
                findings.check(rule, ok, state.done_event, pointer, expected, got)

    def check_done_item(self, event: Event, findings: StreamFindings) -> None:
        """Compare the done item with the streamed texts; check that it had deltas."""
        item = self.done_item or {}
        for state in self.texts.values():
            pointer = f"/item{state.pointer}"
            text = state.events.text_in(item, state.position)
            rule = Rule.DONE_ITEM_TEXT
            state.check_text(text, event, pointer, findings, rule=rule)
        for rule in RULES_OF_DONE_ITEM.get(self.identity.get("type", ""), ()):
            findings.record(rule)
        for events, position, text in self.done_item_texts():
            ok = any(
                state.deltas or state.initial_text
                for state in self.texts.values()
                if state.events is events and state.position == position
            )
            pointer = f"/item{TextState(events, position).pointer}"
            expected = "text that was sent in deltas"
            findings.check(Rule.SENT_IN_DELTAS, ok, event, pointer, expected, text)

    def done_item_texts(self) -> Iterator[tuple[TextEvents, int, str]]:
        """Yield the events, position and value of each main text of the done item.

        ``MAIN_TEXT`` defines the main text of an item type. Skips empty texts.
        """
        item = self.done_item or {}
        events = MAIN_TEXT.get(self.identity.get("type", ""))
        if events is None:
            return
        parts = item.get("content") if events.array else [item]
        for position in range(len(parts) if isinstance(parts, list) else 0):
            text = events.text_in(item, position)
            if text:
                yield events, position, text

    def check_final_item(
        self,
        final_item: dict[str, Json],
        event: Event,
        pointer: str,
        findings: StreamFindings,
    ) -> None:
        """Compare ``final_item``, from the final snapshot, with the earlier texts."""
        streamed = {
            (state.events.stem, state.position) for state in self.texts.values()
        }
        not_streamed = (
            TextState(events, position)
            for events, position, _ in self.done_item_texts()
            if (events.stem, position) not in streamed
        )
        for state in (*self.texts.values(), *not_streamed):
            state.check_text(
                state.events.text_in(final_item, state.position),
                event,
                pointer + state.pointer,
                findings,
                rule=Rule.SNAPSHOT_TEXT,
                done_item_text=state.events.text_in(
                    self.done_item or {}, state.position
                ),
            )
