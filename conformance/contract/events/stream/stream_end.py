"""Check the end of a stream: missing done events, and the final snapshot's items."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from conformance.contract.events.stream.item_state import ItemState
from conformance.contract.events.stream.rules import (
    NO_EVENT,
    NO_ITEM,
    Rule,
    StreamFindings,
    Unquoted,
)
from conformance.contract.events.stream.snapshots import Snapshots
from conformance.contract.events.stream.text_events import (
    ITEM_DONE,
    PARTS_DONE,
    non_empty_string,
)
from conformance.model.event import Event
from conformance.model.exchange import Exchange
from conformance.model.node import Json

_PART_DONE_TYPE: Final = {array: type_ for type_, (array, _) in PARTS_DONE.items()}
"""The type of the done event of a part, by the name of the item's array of parts."""

_OUTPUT: Final = "/response/output"
"""JSON Pointer of the final snapshot's items in the terminal event."""


def check_end(
    exchange: Exchange,
    items: Sequence[ItemState],
    snapshots: Snapshots,
    findings: StreamFindings,
) -> None:
    """Check that there is a terminal event, and compare its snapshot with the items."""
    terminal_findings = findings.record(Rule.TERMINAL_SENT)
    if not snapshots.terminal_types:
        end = exchange.failure or "the end of the stream"
        last_event = [
            f"{event.pointer} ({event.type})" for event in exchange.events[-1:]
        ]
        got = f"{end} after {', '.join(last_event) or 'no event'}"
        expected = "response.completed, response.incomplete, response.failed or error"
        terminal_findings.append(exchange.finding("the end", expected, got))
    if snapshots.final is None:
        return
    event, snapshot = snapshots.final
    if event.type == "response.completed":
        for item in items:
            if item.added:
                _check_everything_done(item, event, findings)
    output = snapshot.get("output")
    if event.type != "response.failed" and isinstance(output, list):
        _check_output(items, output, event, findings)


def _check_everything_done(
    item: ItemState, event: Event, findings: StreamFindings
) -> None:
    """Check that an item, its parts and its texts have their done events."""
    name = item.identity.get("id", f"the item with output_index {item.index}")

    def check_done(rule: Rule, done_event: str, *, done: bool) -> None:
        expected = f"{done_event} of {name} before {event.type}"
        findings.check(rule, done, event, "", expected, NO_EVENT)

    check_done(Rule.ITEM_DONE, ITEM_DONE, done=item.done_item is not None)
    for (array, index), part in item.parts.items():
        if not part.implicit:
            done_event = f"{_PART_DONE_TYPE[array]} for part {index}"
            check_done(Rule.PART_DONE, done_event, done=part.done)
    for text in item.texts.values():
        rule = text.events.done_rule
        if rule and text.deltas:
            is_done = text.done_text is not None
            check_done(rule, f"{text.events.stem}.done", done=is_done)


def _check_output(
    items: Sequence[ItemState],
    output: list[Json],
    event: Event,
    findings: StreamFindings,
) -> None:
    """Compare ``output``, the items of the final snapshot, with those of the stream."""
    streamed = [item for item in items if item.added or item.done_item is not None]
    pairs = _pair_by_position(streamed, output)
    findings.record(Rule.SAME_IDENTITY)
    for item in streamed:
        if item.done_item is not None:
            name = item.identity.get("id", f"with output_index {item.index}")
            is_listed = any(item is listed for listed in pairs.values())
            expected, rule = f"the item {name}", Rule.SNAPSHOT_LISTS_ITEMS
            findings.check(rule, is_listed, event, _OUTPUT, expected, NO_ITEM)
    for position, final_item in enumerate(output):
        match, pointer = pairs.get(position), f"{_OUTPUT}/{position}"
        expected = "an item that was in the stream"
        was_streamed = match is not None
        rule = Rule.NO_EXTRA_ITEM
        findings.check(rule, was_streamed, event, pointer, expected, final_item)
        if match is not None:
            match.check_identity(final_item, event, pointer, findings)
            match.check_final_item(final_item, event, pointer, findings)
        elif same_id := _item_with_id(items, final_item):
            same_id.check_final_item(final_item, event, pointer, findings)
    _check_order(pairs, event, findings)


def _check_order(
    pairs: Mapping[int, ItemState], event: Event, findings: StreamFindings
) -> None:
    """Check that the final snapshot has its items in the order of ``output_index``.

    ``pairs`` maps positions in the snapshot to items of the stream. Skips the check if
    an item has no ``output_index`` or two items share one.
    """
    indexes = [pairs[position].index for position in sorted(pairs)]
    known = [index for index in indexes if index is not None]
    if len(known) == len(indexes) == len(set(known)) and known:
        ok = all(before < after for before, after in pairwise(known))
        expected, got = f"output_index order {sorted(known)}", Unquoted(f"{known}")
        findings.check(Rule.ITEM_ORDER, ok, event, _OUTPUT, expected, got)


def _item_with_id(items: Sequence[ItemState], final_item: Json) -> ItemState | None:
    """Return the stream's item with the id of ``final_item``, even if never added."""
    id_ = non_empty_string(final_item, "id") if isinstance(final_item, dict) else None
    return next((item for item in items if id_ in item.ids), None)


def _pair_by_position(
    streamed: Sequence[ItemState], output: list[Json]
) -> dict[int, ItemState]:
    """Return the streamed item that corresponds to each position in ``output``.

    Match by ``id``, then by ``call_id``, then by type: the first item not yet matched.
    A position without a match has no entry.
    """
    pairs: dict[int, ItemState] = {}
    unmatched = list(streamed)

    def pair(position: int, item: ItemState | None) -> None:
        if item is not None:
            pairs[position] = item
            unmatched.remove(item)

    listed = [(i, item) for i, item in enumerate(output) if isinstance(item, dict)]
    for position, final_item in listed:
        id_ = non_empty_string(final_item, "id")
        pair(position, next((item for item in unmatched if id_ in item.ids), None))
    for position, final_item in listed:
        call_id = non_empty_string(final_item, "call_id")
        if position not in pairs and call_id is not None:
            same = (i for i in unmatched if i.identity.get("call_id") == call_id)
            pair(position, next(same, None))
    for position, final_item in listed:
        if position not in pairs:
            type_ = non_empty_string(final_item, "type")
            same = (i for i in unmatched if i.identity.get("type") == type_)
            pair(position, next(same, None))
    return pairs
