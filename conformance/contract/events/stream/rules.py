"""The rules of a stream, and where their breaches are written down."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from conformance.model.event import Event
from conformance.model.node import Finding, Json, quote

MAX_FINDINGS: Final = 5
"""Findings kept for one rule in one stream: the sixth says nothing new."""

_SHOWN_BEFORE: Final = 20
_SHOWN: Final = 60


class Unquoted(str):
    """A description, printed as it is where a value would be quoted."""

    __slots__ = ()


NOTHING: Final = Unquoted("nothing")


class Rule(StrEnum):
    """One rule, by the slug of the requirement that states it."""

    DATA = "data-is-one-json-object"
    TYPE = "data-has-a-type"
    FOREIGN = "no-foreign-shape"
    NAME = "name-matches-type"
    VOCABULARY = "type-is-of-the-family"
    EMPTY = "every-event-has-data"
    CLOSED = "last-event-is-closed"
    CHARACTERS = "characters-are-whole"
    NUMBERED = "sequence-number-is-given"
    COUNTS_UP = "sequence-number-counts-up"
    NO_GAP = "sequence-number-has-no-gap"

    CREATED_FIRST = "created-comes-first"
    CREATED_ONCE = "created-comes-once"
    NESTED = "snapshot-is-under-response"
    ONE_ID = "one-response-id"
    ONE_MODEL = "one-model"
    WHOLE_START = "first-snapshot-is-whole"
    STARTED = "early-snapshot-is-unfinished"
    TERMINAL = "terminal-event-comes"
    AGREES = "terminal-event-agrees-with-status"
    NOTHING_AFTER = "nothing-follows-the-terminal-event"

    OUTPUT_INDEX = "output-index-is-given"
    ITEM_ID = "item-id-is-given"
    CONTENT_INDEX = "content-index-is-given"
    REASONING_INDEX = "reasoning-index-is-given"
    ONE_INDEX = "output-index-names-one-item"
    IDENTITY = "item-keeps-its-identity"
    ANNOUNCED = "item-is-announced"
    PART_ANNOUNCED = "content-part-is-announced"
    SUMMARY_ANNOUNCED = "summary-part-is-announced"
    FROM_ZERO = "content-index-counts-from-zero"

    DELTA = "delta-is-a-string"
    NOT_AFTER_DONE = "no-delta-after-done"
    ADDS_UP = "deltas-add-up"
    IN_DELTAS = "text-comes-in-deltas"
    FINISHED_TEXT = "finished-item-holds-the-text"
    SNAPSHOT_TEXT = "snapshot-holds-the-text"
    REASONING_TEXT = "reasoning-adds-up"

    FINISHED = "item-is-finished"
    FINISHED_ONCE = "item-is-finished-once"
    FINISHED_STATUS = "finished-item-is-not-in-progress"
    PART_FINISHED = "part-is-finished"
    TEXT_DONE = "text-is-finished"
    ARGUMENTS_DONE = "arguments-are-finished"
    LISTED = "snapshot-lists-every-item"
    NO_OTHERS = "snapshot-lists-no-other-item"
    ORDER = "snapshot-keeps-the-order"


@dataclass(frozen=True, slots=True)
class StreamAnalysis:
    """What one stream has shown: each rule that it gave occasion to judge.

    ``breaches`` has the findings of those rules, an empty tuple where one was
    kept. A rule that is not in it was not judged.
    """

    breaches: Mapping[Rule, tuple[Finding, ...]]


@dataclass(slots=True)
class StreamFindings:
    """The growing account of one stream, named by the id of its exchange."""

    exchange: str
    found: dict[Rule, list[Finding]] = field(default_factory=dict)

    def open(self, rule: Rule) -> list[Finding]:
        """Note that there was occasion to judge a rule; return its findings."""
        return self.found.setdefault(rule, [])

    def judge(  # noqa: PLR0917 -- called for every event: keywords cost
        self,
        rule: Rule,
        holds: bool,  # noqa: FBT001 -- the fact that is judged
        at: Event,
        member: str,
        expected: str,
        got: Json = NOTHING,
    ) -> bool:
        """Write a finding at ``member`` of an event unless ``holds``; return it."""
        kept = self.open(rule)
        if not holds and len(kept) < MAX_FINDINGS:
            shown = str(got) if isinstance(got, Unquoted) else quote(got)
            pointer = f"{at.pointer} {member}".rstrip()
            kept.append(Finding(pointer, expected, shown, self.exchange))
        return holds

    def close(self) -> StreamAnalysis:
        """Return all that was written, for good."""
        return StreamAnalysis(
            {rule: tuple(found) for rule, found in self.found.items()}
        )


def beside(expected: str, got: str) -> tuple[str, Unquoted]:
    """Quote two texts around the place where they begin to differ."""
    shortest = min(len(expected), len(got))
    at = next((i for i in range(shortest) if expected[i] != got[i]), shortest)
    start = max(at - _SHOWN_BEFORE, 0)

    def shown(text: str) -> str:
        piece = quote(text[start : start + _SHOWN])
        return f"{piece} from character {start} of {len(text)}"

    return shown(expected), Unquoted(shown(got))
