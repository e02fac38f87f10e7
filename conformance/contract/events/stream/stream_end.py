"""How a stream ended: what is still open, and what the last snapshot says."""

from collections.abc import Sequence
from itertools import pairwise

from conformance.contract.events.stream.item_state import ItemState
from conformance.contract.events.stream.rules import Rule, StreamFindings, Unquoted
from conformance.contract.events.stream.snapshots import Snapshots
from conformance.contract.events.stream.text_events import word
from conformance.model.event import Event
from conformance.model.exchange import Exchange
from conformance.model.node import Json

Data = dict[str, Json]


def judge_end(
    exchange: Exchange,
    items: Sequence[ItemState],
    snapshots: Snapshots,
    ledger: StreamFindings,
) -> None:
    """Judge a stream that is over, whoever ended it."""
    found = ledger.open(Rule.TERMINAL)
    if not snapshots.endings:
        how = exchange.failure or "the end of the stream"
        heard = [f"{event.pointer} ({event.type})" for event in exchange.events[-1:]]
        got = f"{how} after {', '.join(heard) or 'no event'}"
        found.append(exchange.finding("the end", "a terminal event", got))
    if snapshots.last is None:
        return
    event, response = snapshots.last
    if event.type == "response.completed":
        for item in items:
            if item.announced:
                _complete(item, event, ledger)
    if event.type != "response.failed" and isinstance(response.get("output"), list):
        _listed(items, response["output"], event, ledger)


def _complete(item: ItemState, event: Event, ledger: StreamFindings) -> None:
    """Judge that a completed response left nothing open."""
    name = item.facts.get("id", f"output_index {item.index}")
    holds, wanted = item.finished is not None, f"the end of {name} before"
    ledger.judge(Rule.FINISHED, holds, event, "", wanted, event.type)
    for (listed, index), part in item.parts.items():
        if not part.given:
            wanted = f"the end of {listed} {index} of {name} before"
            ledger.judge(
                Rule.PART_FINISHED, part.finished, event, "", wanted, event.type
            )
    for text in item.texts.values():
        if text.family.finished and text.pieces:
            wanted = f"{text.family.stem}.done of {name} before"
            holds = text.whole is not None
            ledger.judge(text.family.finished, holds, event, "", wanted, event.type)


def _listed(
    items: Sequence[ItemState], output: list[Json], event: Event, ledger: StreamFindings
) -> None:
    """Judge the output of the last snapshot against the items that were told."""
    told = [item for item in items if item.announced or item.finished is not None]
    pairs = _paired(told, output)
    ledger.open(Rule.IDENTITY)
    at = "/response/output"
    for item in told:
        if item.finished is not None:
            name = item.facts.get("id", f"the item of output_index {item.index}")
            holds = any(item is other for other in pairs.values())
            got = Unquoted(f"{len(output)} items without it")
            ledger.judge(Rule.LISTED, holds, event, at, name, got)
    for index, last in enumerate(output):
        other, here = pairs.get(index), f"{at}/{index}"
        wanted = "an item that the stream announced"
        holds = other is not None
        ledger.judge(Rule.NO_OTHERS, holds, event, here, wanted, last)
        if other is not None:
            other.judge_identity(last, event, here, ledger)
            other.judge_last(last, event, here, ledger)
        elif heard := _heard(items, last):
            heard.judge_last(last, event, here, ledger)
    places = [item.index for _, item in sorted(pairs.items(), key=lambda p: p[0])]
    known = [place for place in places if place is not None]
    if len(known) == len(places) == len(set(known)) and known:
        holds = all(before < after for before, after in pairwise(known))
        got = Unquoted(f"the order {known}")
        ledger.judge(Rule.ORDER, holds, event, at, "output_index order", got)


def _heard(items: Sequence[ItemState], last: Json) -> ItemState | None:
    """Return the item of a listed one's id that was never announced, only told."""
    name = word(last, "id") if isinstance(last, dict) else None
    return next((item for item in items if name in item.ids), None)


def _paired(told: Sequence[ItemState], output: list[Json]) -> dict[int, ItemState]:
    """Find the told item of each listed one by id, by call id, then by what is left."""
    pairs: dict[int, ItemState] = {}
    left = list(told)

    def pair(index: int, item: ItemState | None) -> None:
        if item is not None:
            pairs[index] = item
            left.remove(item)

    listed = [(i, last) for i, last in enumerate(output) if isinstance(last, dict)]
    for index, last in listed:
        name = word(last, "id")
        pair(index, next((item for item in left if name in item.ids), None))
    for index, last in listed:
        call = word(last, "call_id")
        if index not in pairs and call is not None:
            same = (item for item in left if item.facts.get("call_id") == call)
            pair(index, next(same, None))
    for index, last in listed:
        if index not in pairs:
            kind = word(last, "type")
            alike = (item for item in left if item.facts.get("type") == kind)
            pair(index, next(alike, None))
    return pairs
