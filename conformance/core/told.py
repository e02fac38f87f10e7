"""What a stream has told of one output item so far, and how it compares."""

from dataclasses import dataclass, field

from conformance.core.exchange import Event
from conformance.core.families import SPOKEN, Family, word
from conformance.core.node import Json, show
from conformance.core.rules import NOTHING, Ledger, Rule, beside


@dataclass(slots=True, eq=False)
class Part:
    """One element of an item's content or summary.

    ``given`` says that the item was announced with it, so that no event of its
    own has to; ``start`` is the text that it was announced with.
    """

    start: str = ""
    given: bool = False
    finished: bool = False


@dataclass(slots=True, eq=False)
class Text:
    """One text: what it started with, its deltas, and the whole where it was told."""

    family: Family
    index: int
    start: str = ""
    pieces: list[str] = field(default_factory=list)
    whole: str | None = None

    @property
    def joined(self) -> str:
        """Return what a client has that added up the deltas."""
        return self.start + "".join(self.pieces)

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
        ledger: Ledger,
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
        expected, got = show(told[0]), NOTHING
        if held is not None:
            expected, got = ("", NOTHING) if held in told else beside(told[0], held)
        rule = Rule.REASONING_TEXT if hidden else rule
        ledger.judge(rule, held in told, event, at, expected, got)


@dataclass(slots=True, eq=False)
class Item:
    """One output item, as far as the stream has told it.

    ``facts`` are its id, call id and type; ``ids`` every id that it was called
    by. ``finished`` is the item in its ``output_item.done``.
    """

    index: int | None
    announced: bool = False
    facts: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    parts: dict[tuple[str, int], Part] = field(default_factory=dict)
    texts: dict[tuple[str, int], Text] = field(default_factory=dict)
    opened: int = 0
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
                self.parts[listed, index] = Part(text, given=True)
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
        self, item: dict[str, Json], event: Event, at: str, ledger: Ledger
    ) -> None:
        """Judge that an item is called what it was called before."""
        for fact, before, now in self.know(item):
            where = f"{at}/{fact}"
            ledger.judge(Rule.IDENTITY, False, event, where, f"{before!r}", now)  # noqa: FBT003 -- broken as found

    def text_of(self, family: Family, index: int) -> Text:
        """Return a text of the item, begun where it was announced with a start."""
        key = (family.stem, index)
        if key not in self.texts:
            part = self.parts.get((family.parts, index))
            self.texts[key] = Text(family, index, part.start if part else "")
        return self.texts[key]

    def is_over(self, text: Text) -> bool:
        """Say whether the text, its part or the whole item is done."""
        part = self.parts.get((text.family.parts, text.index))
        ended = part is not None and part.finished
        return text.whole is not None or ended or self.finished is not None

    def judge_part(
        self, listed: str, index: int, part: Json, event: Event, ledger: Ledger
    ) -> None:
        """Judge a finished part against what was told of its text before."""
        holder = {listed: [None] * index + [part]}
        for text in self.texts.values():
            if text.family.parts == listed and text.index == index:
                at = f"/part/{text.family.member}"
                held = text.family.held_by(holder, index)
                text.judge_held(held, event, at, ledger, rule=Rule.FINISHED_TEXT)

    def judge_finished(self, event: Event, ledger: Ledger) -> None:
        """Judge the finished item against what was told of it before."""
        item = self.finished or {}
        for text in self.texts.values():
            at = f"/item{text.path}"
            held = text.family.held_by(item, text.index)
            text.judge_held(held, event, at, ledger, rule=Rule.FINISHED_TEXT)
        family = SPOKEN.get(self.facts.get("type", ""))
        if family is None:
            return
        parts = item.get("content") if family.parts else [item]
        for index in range(len(parts) if isinstance(parts, list) else 0):
            said = family.held_by(item, index)
            if said:
                text = self.text_of(family, index)
                holds = bool(text.pieces or text.start)
                at = f"/item{text.path}"
                ledger.judge(Rule.IN_DELTAS, holds, event, at, "deltas before", said)

    def judge_last(
        self, last: dict[str, Json], event: Event, at: str, ledger: Ledger
    ) -> None:
        """Judge the item of the terminal snapshot against all told before."""
        for text in self.texts.values():
            done = text.family.held_by(self.finished or {}, text.index)
            held = text.family.held_by(last, text.index)
            where = at + text.path
            text.judge_held(
                held, event, where, ledger, rule=Rule.SNAPSHOT_TEXT, also=done
            )
