"""A state machine that reads the events of one stream once and checks all its rules.

It finds items by ``output_index`` and ``item_id``, and never assumes a single open
item: items may overlap, and may be done in any order. It ignores unknown event types.
It records each violation under the rule that was broken. It then assumes the item and
the part that the event most likely means, so that one defect is reported once.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

from conformance.contract.events.stream import text_events
from conformance.contract.events.stream.framing import is_abandoned, typed_events
from conformance.contract.events.stream.item_state import ItemState, PartState
from conformance.contract.events.stream.item_table import ItemTable
from conformance.contract.events.stream.rules import (
    MISSING,
    Rule,
    StreamAnalysis,
    StreamFindings,
    Unquoted,
)
from conformance.contract.events.stream.snapshots import UNFINISHED, Snapshots
from conformance.contract.events.stream.stream_end import check_end
from conformance.contract.events.stream.text_events import (
    EARLY_SNAPSHOTS,
    ERROR,
    TextEvents,
    has_lone_surrogate,
    join_surrogates,
    non_empty_string,
    non_negative_integer,
)
from conformance.model.event import Event
from conformance.model.exchange import TERMINAL, Exchange
from conformance.model.node import Json

_CACHE: Final = "_stream_analysis"

Data = dict[str, Json]


def analyze_stream(exchange: Exchange) -> StreamAnalysis:
    """Return the analysis of an exchange's stream; cache it in the exchange."""
    attributes = vars(exchange)
    if _CACHE not in attributes:
        attributes[_CACHE] = _StreamStateMachine(exchange).analyze()
    analysis: StreamAnalysis = attributes[_CACHE]
    return analysis


class _StreamStateMachine:
    """The state of a stream while its events are read."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.findings = StreamFindings(exchange.id)
        self.table = ItemTable(self.findings)
        self.snapshots = Snapshots(self.findings)
        self._check = self.findings.check
        self._handlers: dict[str, Callable[[Event, Data], None]] = {
            text_events.ITEM_ADDED: self._read_item_added,
            text_events.ITEM_DONE: self._read_item_done,
            **dict.fromkeys(EARLY_SNAPSHOTS, self.snapshots.read),
            **dict.fromkeys(TERMINAL | {ERROR}, self.snapshots.read_terminal),
            **{
                type_: partial(self._read_part_added, *names)
                for type_, names in text_events.PARTS_ADDED.items()
            },
            **{
                type_: partial(self._read_part_done, *names)
                for type_, names in text_events.PARTS_DONE.items()
            },
            **{
                type_: partial(self._read_delta, kind)
                for type_, kind in text_events.DELTAS.items()
            },
            **{
                type_: partial(self._read_text_done, kind)
                for type_, kind in text_events.DONES.items()
            },
        }

    def analyze(self) -> StreamAnalysis:
        """Read every event, then check how the stream ended."""
        is_first = True
        for event, type_, data in typed_events(self.exchange, self.findings):
            if is_first:
                rule, ok = Rule.CREATED_FIRST, type_ in {"response.created", ERROR}
                expected = '"response.created" or "error"'
                self._check(rule, ok, event, "/type", expected, type_)
                is_first = False
            handler = self._handlers.get(type_)
            if handler is not None and self.snapshots.may_follow(event, type_):
                handler(event, data)
        items = self.table.items
        for item in items:
            item.check_done_texts(self.findings)
        if self.snapshots.terminal_types or not is_abandoned(self.exchange):
            check_end(self.exchange, items, self.snapshots, self.findings)
        return self.findings.result()

    # Items

    def _read_item_added(self, event: Event, data: Data) -> None:
        index, item = self._output_index(event, data), data.get("item")
        if isinstance(item, dict):
            self.table.add(event, index, item)

    def _read_item_done(self, event: Event, data: Data) -> None:
        index, item = self._output_index(event, data), data.get("item")
        if not isinstance(item, dict):
            return
        id_ = non_empty_string(item, "id")
        state = self.table.find(event, index, id_, "/item/id")
        is_first = state.done_item is None
        expected = f"only one {event.type} for this item"
        got = Unquoted("a second one")
        self._check(Rule.ITEM_DONE_ONCE, is_first, event, "", expected, got)
        self.findings.record(Rule.SAME_IDENTITY)
        state.check_identity(item, event, "/item", self.findings)
        status = non_empty_string(item, "status")
        if status:
            rule, ok = Rule.DONE_ITEM_STATUS, status not in UNFINISHED
            expected = 'a status other than "queued" and "in_progress"'
            self._check(rule, ok, event, "/item/status", expected, status)
        state.done_item = item
        state.check_done_item(event, self.findings)

    # Parts

    def _read_part_added(
        self, array: str, index_field: str, event: Event, data: Data
    ) -> None:
        item = self._item_of(event, data)
        is_summary = array == "summary"
        index = self._part_index(event, data, index_field, is_reasoning=is_summary)
        position = sum(1 for name, _ in item.parts if name == array)
        key = (array, position if index is None else index)
        existing = item.parts.get(key)
        if existing is not None and existing.implicit:
            return
        if not is_summary and index is not None:
            rule, ok = Rule.CONTENT_INDEX_ORDER, index == position
            self._check(rule, ok, event, f"/{index_field}", f"{position}", index)
        part = data.get("part")
        text = part.get("text") if isinstance(part, dict) else None
        item.parts[key] = PartState(position, text if isinstance(text, str) else "")

    def _read_part_done(
        self, array: str, index_field: str, event: Event, data: Data
    ) -> None:
        item = self._item_of(event, data)
        is_summary = array == "summary"
        index = self._part_index(event, data, index_field, is_reasoning=is_summary)
        index = item.newest_part(array) if index is None else index
        rule = Rule.SUMMARY_ADDED_FIRST if is_summary else Rule.PART_ADDED_FIRST
        part = self._find_part(event, item, (array, index), rule)
        part.done = True
        position, value = part.position, data.get("part")
        item.check_done_part(array, position, value, event, self.findings)

    def _find_part(
        self, event: Event, item: ItemState, key: tuple[str, int], rule: Rule
    ) -> PartState:
        """Return a part; if it is unknown, the one added last, or a new one.

        ``key`` is the name of the array (``content`` or ``summary``) and the index.
        Checks that the part was added, unless the item was not added either.
        """
        part = item.parts.get(key)
        array, index = key
        if item.added:
            expected = "a part that was added"
            got = Unquoted(f"part {index} of {array}, not added")
            self._check(rule, part is not None, event, "", expected, got)
        if part is None:
            assumed = (array, item.part_index(array, index))
            part = item.parts.setdefault(assumed, PartState(index, implicit=True))
        return part

    # Texts

    def _read_delta(self, kind: TextEvents, event: Event, data: Data) -> None:
        item, index = self._find_text(kind, event, data)
        text = item.text_of(kind, index)
        ok = not item.is_done(text)
        expected = "no delta after the done event of its text, part or item"
        self._check(Rule.NO_DELTA_AFTER_DONE, ok, event, "", expected, event.type)
        delta = data.get("delta")
        if isinstance(delta, str):
            text.deltas.append(delta)
            self._check_surrogates(event, "/delta", delta)
        got = data.get("delta", MISSING)
        ok = isinstance(delta, str)
        self._check(Rule.DELTA_IS_STRING, ok, event, "/delta", "a string", got)

    def _read_text_done(self, kind: TextEvents, event: Event, data: Data) -> None:
        item, index = self._find_text(kind, event, data)
        text = item.text_of(kind, index)
        is_first = text.done_text is None
        expected, got = f"only one {event.type} for this text", Unquoted("a second one")
        self._check(Rule.NO_DELTA_AFTER_DONE, is_first, event, "", expected, got)
        pointer, done_text = f"/{kind.done_field}", data.get(kind.done_field)
        if not isinstance(done_text, str):
            got = data.get(kind.done_field, MISSING)
            self._check(Rule.DONE_TEXT, False, event, pointer, "a string", got)  # noqa: FBT003 -- known to fail
            return
        text.done_text, text.done_event = join_surrogates(done_text), event
        self._check_surrogates(event, pointer, done_text)

    def _find_text(
        self, kind: TextEvents, event: Event, data: Data
    ) -> tuple[ItemState, int]:
        """Return the item of a text event, and the index of its part in the item."""
        item = self._item_of(event, data)
        if not kind.index_field:
            return item, 0
        index = self._part_index(
            event, data, kind.index_field, is_reasoning=kind.is_reasoning
        )
        index = item.newest_part(kind.array) if index is None else index
        if kind.added_rule:
            self._find_part(event, item, (kind.array, index), kind.added_rule)
        return item, item.part_index(kind.array, index)

    def _check_surrogates(self, event: Event, pointer: str, text: str) -> None:
        """Check for lone surrogates, unless the request contains an escaped one."""
        request = self.exchange.request
        ok = not has_lone_surrogate(text) or b"\\ud" in request.content
        expected = "no lone surrogate"
        self._check(Rule.NO_LONE_SURROGATE, ok, event, pointer, expected, text)

    # Indexes and ids

    def _output_index(self, event: Event, data: Data) -> int | None:
        """Return the ``output_index`` of an event; check that it has one."""
        return self._index(event, data, "output_index", Rule.OUTPUT_INDEX)

    def _part_index(
        self, event: Event, data: Data, name: str, *, is_reasoning: bool
    ) -> int | None:
        """Return the index of the event's part; check that it has one."""
        rule = Rule.REASONING_INDEX if is_reasoning else Rule.CONTENT_INDEX
        return self._index(event, data, name, rule)

    def _index(self, event: Event, data: Data, name: str, rule: Rule) -> int | None:
        index, got = non_negative_integer(data, name), data.get(name, MISSING)
        ok, expected = index is not None, "a non-negative integer"
        self._check(rule, ok, event, f"/{name}", expected, got)
        return index

    def _item_of(self, event: Event, data: Data) -> ItemState:
        """Return the item that a part or text event is about; check its ids."""
        index, id_ = self._output_index(event, data), non_empty_string(data, "item_id")
        ok, got = id_ is not None, data.get("item_id", MISSING)
        expected = "a non-empty string"
        self._check(Rule.ITEM_ID, ok, event, "/item_id", expected, got)
        pointer = "/item_id" if id_ else "/output_index"
        return self.table.find(event, index, id_, pointer)
