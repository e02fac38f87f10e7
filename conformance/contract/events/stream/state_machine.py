"""The life of one stream: a state machine that reads its events once.

Items are known by ``output_index`` and by ``item_id``, never by "the open item":
they may overlap, and be finished in any order. Events of unknown types are passed
over. Each breach is written under the rule that it breaks, and the machine then
goes on with its best guess, so that one defect is not told as many.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from conformance.contract.events.stream import text_events
from conformance.contract.events.stream.framing import abandoned, framed
from conformance.contract.events.stream.item_state import ItemState, PartState
from conformance.contract.events.stream.rules import (
    NOTHING,
    Rule,
    StreamAnalysis,
    StreamFindings,
    Unquoted,
)
from conformance.contract.events.stream.snapshots import UNFINISHED, Snapshots
from conformance.contract.events.stream.stream_end import judge_end
from conformance.contract.events.stream.text_events import (
    ERROR,
    STARTING,
    TextEvents,
    half_characters,
    mended,
    place,
    word,
)
from conformance.model.event import Event
from conformance.model.exchange import TERMINAL, Exchange
from conformance.model.node import Json
from conformance.model.scope import EVERY_STREAM, Picked, Scope, every

_KEPT: Final = "_lifecycle"

Data = dict[str, Json]


def lifecycle(exchange: Exchange) -> StreamAnalysis:
    """Read the stream of an exchange; the second call costs nothing."""
    kept = vars(exchange)
    if _KEPT not in kept:
        kept[_KEPT] = _StreamStateMachine(exchange).read()
    life: StreamAnalysis = kept[_KEPT]
    return life


def ruled(rule: Rule) -> Scope:
    """Return the subject of a rule: its findings, of each stream that can show it."""

    def pick(exchange: Exchange) -> Iterator[Picked]:
        for (stream,) in EVERY_STREAM.select(exchange):
            found = lifecycle(stream).breaches.get(rule)
            if found is not None:
                yield (found,)

    return every(f"every stream that can show that {rule}", pick, of=EVERY_STREAM)


class _StreamStateMachine:
    """What is known while a stream is read."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.ledger = StreamFindings(exchange.id)
        self.items: list[ItemState] = []
        self.by_index: dict[int, ItemState] = {}
        self.by_id: dict[str, ItemState] = {}
        self.snapshots = Snapshots(self.ledger)
        self._judge = self.ledger.judge
        self._heard: dict[str, Callable[[Event, Data], None]] = {
            text_events.ADDED: self._added,
            text_events.FINISHED: self._finished,
            **dict.fromkeys(STARTING, self.snapshots.show),
            **dict.fromkeys(TERMINAL | {ERROR}, self.snapshots.end),
            **{
                t: partial(self._part_added, *p)
                for t, p in text_events.PARTS_ADDED.items()
            },
            **{
                t: partial(self._part_done, *p)
                for t, p in text_events.PARTS_DONE.items()
            },
            **{t: partial(self._delta, f) for t, f in text_events.DELTAS.items()},
            **{t: partial(self._done, f) for t, f in text_events.DONES.items()},
        }

    def read(self) -> StreamAnalysis:
        """Hear every event, then judge how the stream ended."""
        first = True
        for event, type_, data in framed(self.exchange, self.ledger):
            if first:
                holds = type_ in {"response.created", ERROR}
                wanted = "response.created"
                self._judge(Rule.CREATED_FIRST, holds, event, "/type", wanted, type_)
                first = False
            hear = self._heard.get(type_)
            if hear is not None and self.snapshots.may_follow(event, type_):
                hear(event, data)
        for item in self.items:
            item.judge_sums(self.ledger)
        if self.snapshots.endings or not abandoned(self.exchange):
            judge_end(self.exchange, self.items, self.snapshots, self.ledger)
        return self.ledger.close()

    # Items

    def _index(self, event: Event, data: Data) -> int | None:
        index, name = place(data, "output_index"), "output_index"
        got = data.get(name, NOTHING)
        wanted = "an index from 0"
        self._judge(
            Rule.OUTPUT_INDEX, index is not None, event, f"/{name}", wanted, got
        )
        return index

    def _added(self, event: Event, data: Data) -> None:
        index, item = self._index(event, data), data.get("item")
        if not isinstance(item, dict):
            return
        name = word(item, "id")
        here = self.by_index.get(index) if index is not None else None
        twin = self.by_id.get(name) if name is not None else None
        for other, at in ((here, "/output_index"), (twin, "/item/id")):
            taken = other is not None and other.announced
            wanted = "one that no other item has"
            got = index if other is here else name
            if not self._judge(Rule.ONE_INDEX, not taken, event, at, wanted, got):
                break
        if twin is not None and twin is here and twin.announced:
            return
        known = next((i for i in (twin, here) if i and not i.announced), None)
        told = known or self._new(index)
        told.announce(item)
        self._place(told, index, name)

    def _new(self, index: int | None) -> ItemState:
        item = ItemState(index)
        self.items.append(item)
        return item

    def _place(self, item: ItemState, index: int | None, name: str | None) -> None:
        if index is not None:
            item.index = index
            self.by_index[index] = item
        if name is not None:
            item.ids.add(name)
            self.by_id[name] = item

    def _find(
        self, event: Event, index: int | None, name: str | None, at: str
    ) -> ItemState:
        """Return the item that an event is about, judging how it names it."""
        item = self.by_id.get(name) if name is not None else None
        if item is not None:
            same = index is None or item.index is None or index == item.index
            wanted = f"{item.index}, the index of {name!r}"
            self._judge(Rule.ONE_INDEX, same, event, "/output_index", wanted, index)
        elif index is not None:
            item = self.by_index.get(index)
        elif name is None and self.items:
            item = self.items[-1]
        wanted = "an item that was announced"
        got = name if name is not None else index
        announced = item is not None
        self._judge(Rule.ANNOUNCED, announced, event, at, wanted, got)
        if item is None:
            item = self._new(index)
            self._place(item, index, name)
        elif name is not None and name not in item.ids:
            item.ids.add(name)
            known = item.facts.setdefault("id", name)
            self._judge(Rule.IDENTITY, known == name, event, at, f"{known!r}", name)
        return item

    def _finished(self, event: Event, data: Data) -> None:
        index, item = self._index(event, data), data.get("item")
        if not isinstance(item, dict):
            return
        told = self._find(event, index, word(item, "id"), "/item/id")
        once = told.finished is None
        self._judge(Rule.FINISHED_ONCE, once, event, "", "no second one", event.type)
        self.ledger.open(Rule.IDENTITY)
        told.judge_identity(item, event, "/item", self.ledger)
        status = word(item, "status")
        if status:
            holds = status not in UNFINISHED
            wanted = "'completed' or 'incomplete'"
            at = "/item/status"
            self._judge(Rule.FINISHED_STATUS, holds, event, at, wanted, status)
        told.finished = item
        told.judge_finished(event, self.ledger)

    # Parts and texts

    def _about(self, event: Event, data: Data) -> ItemState:
        index, name = self._index(event, data), word(data, "item_id")
        got = data.get("item_id", NOTHING)
        holds = name is not None
        self._judge(Rule.ITEM_ID, holds, event, "/item_id", "an id", got)
        return self._find(event, index, name, "/item_id" if name else "/output_index")

    def _inner(
        self, event: Event, data: Data, member: str, *, hidden: bool
    ) -> int | None:
        """Return the index of a part in its item, judging that there is one."""
        inner = place(data, member)
        rule = Rule.REASONING_INDEX if hidden else Rule.CONTENT_INDEX
        got, at = data.get(member, NOTHING), f"/{member}"
        self._judge(rule, inner is not None, event, at, "an index from 0", got)
        return inner

    def _part_added(self, listed: str, member: str, event: Event, data: Data) -> None:
        item = self._about(event, data)
        hidden = listed == "summary"
        inner = self._inner(event, data, member, hidden=hidden)
        ordinal = sum(1 for name, _ in item.parts if name == listed)
        key = (listed, ordinal if inner is None else inner)
        before = item.parts.get(key)
        if before is not None and before.given:
            return
        if not hidden and inner is not None:
            at, holds = f"/{member}", inner == ordinal
            self._judge(Rule.FROM_ZERO, holds, event, at, f"{ordinal}", inner)
        part = data.get("part")
        start = part.get("text") if isinstance(part, dict) else None
        item.parts[key] = PartState(ordinal, start if isinstance(start, str) else "")

    def _part_done(self, listed: str, member: str, event: Event, data: Data) -> None:
        item = self._about(event, data)
        hidden = listed == "summary"
        inner = self._inner(event, data, member, hidden=hidden)
        inner = item.newest(listed) if inner is None else inner
        rule = Rule.SUMMARY_ANNOUNCED if hidden else Rule.PART_ANNOUNCED
        part = self._announced(event, item, (listed, inner), rule)
        part.finished = True
        item.judge_part(listed, part.place, data.get("part"), event, self.ledger)

    def _announced(
        self, event: Event, item: ItemState, key: tuple[str, int], rule: Rule
    ) -> PartState:
        """Return a part, judging that it was announced, if the item was."""
        part = item.parts.get(key)
        if item.announced:
            wanted = "a part that was announced"
            got = Unquoted(f"{key[0]} {key[1]}")
            self._judge(rule, part is not None, event, "", wanted, got)
        if part is None:
            newest = (key[0], item.known_as(*key))
            part = item.parts.setdefault(newest, PartState(key[1], given=True))
        return part

    def _delta(self, family: TextEvents, event: Event, data: Data) -> None:
        item, inner = self._spot(family, event, data)
        text = item.text_of(family, inner)
        over = item.is_over(text)
        wanted = "nothing more of a text that is done"
        self._judge(Rule.NOT_AFTER_DONE, not over, event, "", wanted, event.type)
        delta = data.get("delta")
        if isinstance(delta, str):
            text.pieces.append(delta)
            self._whole_characters(event, "/delta", delta)
        got = data.get("delta", NOTHING)
        holds = isinstance(delta, str)
        self._judge(Rule.DELTA, holds, event, "/delta", "a string", got)

    def _done(self, family: TextEvents, event: Event, data: Data) -> None:
        item, inner = self._spot(family, event, data)
        text = item.text_of(family, inner)
        wanted = "no second end of a text"
        again = text.whole is not None
        self._judge(Rule.NOT_AFTER_DONE, not again, event, "", wanted, event.type)
        whole = data.get(family.whole)
        if not isinstance(whole, str):
            got = data.get(family.whole, NOTHING)
            self._judge(Rule.ADDS_UP, False, event, f"/{family.whole}", "a text", got)  # noqa: FBT003 -- broken as found
            return
        text.whole, text.done = mended(whole), event
        self._whole_characters(event, f"/{family.whole}", whole)

    def _spot(
        self, family: TextEvents, event: Event, data: Data
    ) -> tuple[ItemState, int]:
        item = self._about(event, data)
        if not family.index:
            return item, 0
        inner = self._inner(event, data, family.index, hidden=family.hidden)
        inner = item.newest(family.parts) if inner is None else inner
        if family.announced:
            self._announced(event, item, (family.parts, inner), family.announced)
        return item, item.known_as(family.parts, inner)

    def _whole_characters(self, event: Event, at: str, text: str) -> None:
        """Judge that no half of a character came, unless we sent one ourselves."""
        half = half_characters(text) and b"\\ud" not in self.exchange.request.content
        wanted = "whole characters"
        self._judge(Rule.CHARACTERS, not half, event, at, wanted, text)
