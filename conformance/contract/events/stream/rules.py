"""The rules that a stream is checked against, and the record of their findings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from conformance.model.event import Event
from conformance.model.node import Finding, Json, quote

MAX_FINDINGS: Final = 5
"""Maximum number of findings that are recorded for one rule in one stream."""

_CONTEXT_BEFORE: Final = 20
"""Maximum number of characters quoted before the first difference of two strings."""

_CONTEXT_LENGTH: Final = 60
"""Maximum number of characters quoted of each of two strings that differ."""


class Unquoted(str):
    """A description that a finding prints as it is, without JSON quotes."""

    __slots__ = ()


MISSING: Final = Unquoted("missing")
"""What a finding prints for a missing field."""

NO_EVENT: Final = Unquoted("no such event")
"""What a finding prints for a missing event."""

NO_ITEM: Final = Unquoted("no such item")
"""What a finding prints for an item that the final snapshot lacks."""


class Rule(StrEnum):
    """A rule of a stream; its value is the requirement's id without ``events.``."""

    DATA_IS_JSON = "data-is-one-json-object"
    TYPE_PRESENT = "data-has-a-type"
    NO_OTHER_API = "no-event-of-another-api"
    NAME_MATCHES_TYPE = "name-matches-type"
    KNOWN_PREFIX = "type-has-a-known-prefix"
    DATA_PRESENT = "every-event-has-data"
    FINAL_BLANK_LINE = "last-event-ends-with-blank-line"
    NO_LONE_SURROGATE = "text-has-no-lone-surrogate"
    NUMBER_IS_INTEGER = "sequence-number-is-an-integer"
    NUMBER_COUNTS_UP = "sequence-number-counts-up"
    NUMBER_HAS_NO_GAP = "sequence-number-has-no-gap"

    CREATED_FIRST = "created-comes-first"
    CREATED_ONCE = "created-is-sent-once"
    SNAPSHOT_NESTED = "snapshot-is-in-response-field"
    SAME_ID = "response-id-stays-the-same"
    SAME_MODEL = "model-stays-the-same"
    CREATED_COMPLETE = "created-snapshot-is-complete"
    EARLY_STATUS = "early-snapshot-status-is-not-final"
    TERMINAL_SENT = "terminal-event-is-sent"
    TERMINAL_STATUS = "terminal-event-matches-status"
    TERMINAL_LAST = "no-event-after-terminal-event"

    OUTPUT_INDEX = "output-index-is-present"
    ITEM_ID = "item-id-is-present"
    CONTENT_INDEX = "content-index-is-present"
    REASONING_INDEX = "reasoning-index-is-present"
    ONE_ITEM_PER_INDEX = "output-index-identifies-one-item"
    SAME_IDENTITY = "item-identity-stays-the-same"
    ITEM_ADDED_FIRST = "item-added-comes-first"
    PART_ADDED_FIRST = "content-part-added-comes-first"
    SUMMARY_ADDED_FIRST = "summary-part-added-comes-first"
    CONTENT_INDEX_ORDER = "content-index-counts-from-zero"

    DELTA_IS_STRING = "delta-is-a-string"
    NO_DELTA_AFTER_DONE = "no-delta-after-done"
    DONE_TEXT = "deltas-match-the-done-text"
    SENT_IN_DELTAS = "text-is-sent-in-deltas"
    DONE_ITEM_TEXT = "done-item-has-the-streamed-text"
    SNAPSHOT_TEXT = "final-snapshot-has-the-streamed-text"
    REASONING_TEXT = "reasoning-deltas-match-the-done-text"

    ITEM_DONE = "item-done-is-sent"
    ITEM_DONE_ONCE = "item-done-is-sent-once"
    DONE_ITEM_STATUS = "done-item-is-not-in-progress"
    PART_DONE = "part-done-is-sent"
    TEXT_DONE = "text-done-is-sent"
    ARGUMENTS_DONE = "arguments-done-is-sent"
    SNAPSHOT_LISTS_ITEMS = "final-snapshot-lists-every-item"
    NO_EXTRA_ITEM = "final-snapshot-has-no-extra-item"
    ITEM_ORDER = "final-snapshot-keeps-item-order"


@dataclass(frozen=True, slots=True)
class StreamAnalysis:
    """The findings of one stream, by rule.

    ``findings`` maps each rule that applied to the stream to its findings: an empty
    tuple if the stream conforms. It has no entry for a rule that did not apply.
    """

    findings: Mapping[Rule, tuple[Finding, ...]]


@dataclass(slots=True)
class StreamFindings:
    """The findings of one stream, collected while it is read.

    ``exchange`` is the id of the stream's exchange. ``by_rule`` has a list of findings
    for each rule that applies to the stream so far.
    """

    exchange: str
    by_rule: dict[Rule, list[Finding]] = field(default_factory=dict)

    def record(self, rule: Rule) -> list[Finding]:
        """Record that ``rule`` applies to the stream; return the list of its findings.

        The caller may append to the list.
        """
        return self.by_rule.setdefault(rule, [])

    def check(  # noqa: PLR0917 -- called for every event; keywords are slower
        self,
        rule: Rule,
        ok: bool,  # noqa: FBT001 -- the condition that is checked
        event: Event,
        pointer: str,
        expected: str,
        got: Json = MISSING,
    ) -> bool:
        """Record that ``rule`` applies, and a finding unless ``ok``; return ``ok``.

        ``pointer`` is the JSON Pointer of the checked value in the event's data.
        ``got`` is printed as JSON unless it is ``Unquoted``. Drops findings beyond
        ``MAX_FINDINGS``.
        """
        findings = self.record(rule)
        if not ok and len(findings) < MAX_FINDINGS:
            printed = str(got) if isinstance(got, Unquoted) else quote(got)
            location = f"{event.pointer} {pointer}".rstrip()
            findings.append(Finding(location, expected, printed, self.exchange))
        return ok

    def result(self) -> StreamAnalysis:
        """Return the findings collected so far as an immutable value."""
        return StreamAnalysis(
            {rule: tuple(findings) for rule, findings in self.by_rule.items()}
        )


def diff(expected: str, got: str) -> tuple[str, Unquoted]:
    """Return excerpts of both strings around the first character that differs."""
    shortest = min(len(expected), len(got))
    difference = next((i for i in range(shortest) if expected[i] != got[i]), shortest)
    start = max(difference - _CONTEXT_BEFORE, 0)

    def excerpt(text: str) -> str:
        quoted = quote(text[start : start + _CONTEXT_LENGTH])
        return f"{quoted} from character {start} of {len(text)}"

    return excerpt(expected), Unquoted(excerpt(got))
