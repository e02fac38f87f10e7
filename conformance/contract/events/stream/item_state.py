"""What a stream has told of one output item so far, and how it compares."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.contract.events.stream.rules import (
    NOTHING,
    Rule,
    StreamFindings,
    beside,
)
from conformance.contract.events.stream.text_events import (
    SPOKEN,
    TextEvents,
    mended,
    word,
)
from conformance.model.event import Event
from conformance.model.node import Json, quote

OCCASIONS: Final = {
    "message": (
        Rule.CONTENT_INDEX,
        Rule.PART_ANNOUNCED,
        Rule.FROM_ZERO,
        Rule.DELTA,
        Rule.NOT_AFTER_DONE,
        Rule.ADDS_UP,
        Rule.FINISHED_TEXT,
    )
}
"""Rules that a finished item of a type has kept, unless an event broke them."""


@dataclass(slots=True, eq=False)
class PartState:
    """One element of an item's content or summary.

    ``place`` is where it stands in the item, by the order of announcement. ``given``
    says that no event of its own has to announce it, since the item was announced
    with it; ``start`` is the text that it was announced with.
    """

    place: int
    start: str = ""
    given: bool = False
    finished: bool = False


@dataclass(slots=True, eq=False)
class TextState:
    """One text: what it started with, its deltas, and the whole where it was told.

    ``index`` is the place of its part in the item, ``done`` the event that told
    the whole.
    """

    family: TextEvents
    index: int
    start: str = ""
    pieces: list[str] = field(default_factory=list)
    whole: str | None = None
    done: Event | None = None

    @property
    def joined(self) -> str:
        """Return what a client has that added up the deltas; half characters meet."""
        return mended(self.start + "".join(self.pieces))

    @property
    def path(self) -> str:
        """Return the pointer of the text inside its item."""
        family = self.family
        inside = f"/{family.parts}/{self.index}" if family.parts else ""
        return f"{inside}/{family.member}"

    def judge_held(
        self,
        held: str | None,
        event: Event,
        at: str,
        ledger: StreamFindings,
        *,
        rule: Rule,
        also: str | None = None,
    ) -> None:
        """Judge that ``held`` is the text in one of the ways in which it was told.

        ``also`` is one more way. Deltas and ``done`` may differ: that is a rule of
        its own. Reasoning may be told and then withheld; where held, it has to agree.
        """
        joined = self.joined if self.pieces or self.start else None
        told = [text for text in (also, self.whole, joined) if text is not None]
        hidden = self.family.hidden
        if not told or (hidden and held is None):
            return
        expected, got = quote(told[0]), NOTHING
        if held is not None:
            expected, got = ("", NOTHING) if held in told else beside(told[0], held)
        rule = Rule.REASONING_TEXT if hidden else rule
        ledger.judge(rule, held in told, event, at, expected, got)


@dataclass(slots=True, eq=False)
class ItemState:
    """One output item, as far as the stream has told it.

    ``facts`` are its id, call id and type; ``ids`` every id that it was called
    by. ``finished`` is the item in its ``output_item.done``.
    """

    index: int | None
    announced: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    parts: dict[tuple[str, int], PartState] = field(default_factory=dict)
    texts: dict[tuple[str, int], TextState] = field(default_factory=dict)
    finished: dict[str, Json] | None = None

    def announce(self, item: dict[str, Json]) -> None:
        """Take over what the item was announced with."""
        self.announced = True
        self.know(item)
        for listed in ("content", "summary"):
            parts = item.get(listed)
            for index, part in enumerate(parts if isinstance(parts, list) else ()):
                start = part.get("text") if isinstance(part, dict) else None
                text = start if isinstance(start, str) else ""
                self.parts[listed, index] = PartState(index, text, given=True)
        family = SPOKEN.get(self.facts.get("type", ""))
        if family and not family.parts:
            self.text_of(family, 0).start = family.held_by(item, 0) or ""

    def know(self, item: dict[str, Json]) -> list[tuple[str, str, str]]:
        """Remember id, call id and type; return each that was another before."""
        changed = list[tuple[str, str, str]]()
        for fact in ("id", "call_id", "type"):
            now = word(item, fact)
            if now is not None and self.facts.setdefault(fact, now) != now:
                changed.append((fact, self.facts[fact], now))
        if given := word(item, "id"):
            self.ids.add(given)
        return changed

    def judge_identity(
        self, item: dict[str, Json], event: Event, at: str, ledger: StreamFindings
    ) -> None:
        """Judge that an item is called what it was called before."""
        for fact, before, now in self.know(item):
            where = f"{at}/{fact}"
            ledger.judge(Rule.IDENTITY, False, event, where, f"{before!r}", now)  # noqa: FBT003 -- broken as found

    def text_of(self, family: TextEvents, index: int) -> TextState:
        """Return a text of the item, begun where it was announced with a start."""
        key = (family.stem, index)
        if key not in self.texts:
            part = self.parts.get((family.parts, index)) or PartState(index)
            self.texts[key] = TextState(family, part.place, part.start)
        return self.texts[key]

    def newest(self, listed: str, default: int = 0) -> int:
        """Return the index of the newest part; ``default`` where there is none."""
        known = (inner for name, inner in reversed(self.parts) if name == listed)
        return next(known, default)

    def known_as(self, listed: str, index: int) -> int:
        """Return the index under which a part is known, else that of the newest one."""
        known = (listed, index) in self.parts
        return index if known else self.newest(listed, index)

    def is_over(self, text: TextState) -> bool:
        """Say whether the text, its part or the whole item is done."""
        listed = text.family.parts
        ended = any(
            part.finished
            for (name, _), part in self.parts.items()
            if name == listed and part.place == text.index
        )
        return text.whole is not None or ended or self.finished is not None

    def judge_part(
        self, listed: str, place: int, part: Json, event: Event, ledger: StreamFindings
    ) -> None:
        """Judge a finished part against what was told of its text before."""
        for text in self.texts.values():
            if text.family.parts == listed and text.index == place:
                at = f"/part/{text.family.member}"
                held = text.family.held_by({listed: [part]}, 0)
                text.judge_held(held, event, at, ledger, rule=Rule.FINISHED_TEXT)

    def judge_sums(self, ledger: StreamFindings) -> None:
        """Judge the deltas of each text against what its end said."""
        for text in self.texts.values():
            if text.pieces and text.whole is not None and text.done is not None:
                holds = text.joined == text.whole
                rule = Rule.REASONING_TEXT if text.family.hidden else Rule.ADDS_UP
                wanted, got = (
                    ("", NOTHING) if holds else beside(text.joined, text.whole)
                )
                at = f"/{text.family.whole}"
                ledger.judge(rule, holds, text.done, at, wanted, got)

    def judge_finished(self, event: Event, ledger: StreamFindings) -> None:
        """Judge the finished item against what was told of it before."""
        item = self.finished or {}
        for text in self.texts.values():
            at = f"/item{text.path}"
            held = text.family.held_by(item, text.index)
            text.judge_held(held, event, at, ledger, rule=Rule.FINISHED_TEXT)
        for rule in OCCASIONS.get(self.facts.get("type", ""), ()):
            ledger.open(rule)
        for family, index, said in self.said():
            texts = (t for t in self.texts.values() if t.family is family)
            holds = any(t.pieces or t.start for t in texts if t.index == index)
            at = f"/item{TextState(family, index).path}"
            ledger.judge(Rule.IN_DELTAS, holds, event, at, "deltas before", said)

    def said(self) -> Iterator[tuple[TextEvents, int, str]]:
        """Yield each text that the finished item says, with its place in it."""
        item = self.finished or {}
        family = SPOKEN.get(self.facts.get("type", ""))
        if family is None:
            return
        parts = item.get("content") if family.parts else [item]
        for index in range(len(parts) if isinstance(parts, list) else 0):
            said = family.held_by(item, index)
            if said:
                yield family, index, said

    def judge_last(
        self, last: dict[str, Json], event: Event, at: str, ledger: StreamFindings
    ) -> None:
        """Judge the item of the terminal snapshot against all told before."""
        known = {(text.family.stem, text.index) for text in self.texts.values()}
        untold = (
            TextState(family, index)
            for family, index, _ in self.said()
            if (family.stem, index) not in known
        )
        for text in (*self.texts.values(), *untold):
            done = text.family.held_by(self.finished or {}, text.index)
            held = text.family.held_by(last, text.index)
            where = at + text.path
            text.judge_held(
                held, event, where, ledger, rule=Rule.SNAPSHOT_TEXT, also=done
            )
