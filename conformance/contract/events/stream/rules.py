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
    FOREIGN = "no-event-of-another-api"
    NAME = "name-matches-type"
    VOCABULARY = "type-has-a-known-prefix"
    EMPTY = "every-event-has-data"
    CLOSED = "last-event-ends-with-blank-line"
    CHARACTERS = "text-has-no-lone-surrogate"
    NUMBERED = "sequence-number-is-an-integer"
    COUNTS_UP = "sequence-number-counts-up"
    NO_GAP = "sequence-number-has-no-gap"

    CREATED_FIRST = "created-comes-first"
    CREATED_ONCE = "created-is-sent-once"
    NESTED = "snapshot-is-in-response-field"
    ONE_ID = "response-id-stays-the-same"
    ONE_MODEL = "model-stays-the-same"
    WHOLE_START = "created-snapshot-is-complete"
    STARTED = "early-snapshot-status-is-not-final"
    TERMINAL = "terminal-event-is-sent"
    AGREES = "terminal-event-matches-status"
    NOTHING_AFTER = "no-event-after-terminal-event"

    OUTPUT_INDEX = "output-index-is-present"
    ITEM_ID = "item-id-is-present"
    CONTENT_INDEX = "content-index-is-present"
    REASONING_INDEX = "reasoning-index-is-present"
    ONE_INDEX = "output-index-identifies-one-item"
    IDENTITY = "item-identity-stays-the-same"
    ANNOUNCED = "item-added-comes-first"
    PART_ANNOUNCED = "content-part-added-comes-first"
    SUMMARY_ANNOUNCED = "summary-part-added-comes-first"
    FROM_ZERO = "content-index-counts-from-zero"

    DELTA = "delta-is-a-string"
    NOT_AFTER_DONE = "no-delta-after-done"
    ADDS_UP = "deltas-match-the-done-text"
    IN_DELTAS = "text-is-sent-in-deltas"
    FINISHED_TEXT = "done-item-has-the-streamed-text"
    SNAPSHOT_TEXT = "final-snapshot-has-the-streamed-text"
    REASONING_TEXT = "reasoning-deltas-match-the-done-text"

    FINISHED = "item-done-is-sent"
    FINISHED_ONCE = "item-done-is-sent-once"
    FINISHED_STATUS = "done-item-is-not-in-progress"
    PART_FINISHED = "part-done-is-sent"
    TEXT_DONE = "text-done-is-sent"
    ARGUMENTS_DONE = "arguments-done-is-sent"
    LISTED = "final-snapshot-lists-every-item"
    NO_OTHERS = "final-snapshot-has-no-extra-item"
    ORDER = "final-snapshot-keeps-item-order"


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
