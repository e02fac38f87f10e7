"""Events: the texts that deltas build, and every place where the whole stands."""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.probes import streamed_reasoning
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import ruled
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should

DELTA = must(
    "events.delta-is-a-string",
    "The delta of a text or arguments event is a text.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a final chunk without content is passed on",
    covers=("SE-15",),
)


@check(DELTA, on=ruled(Rule.DELTA), exercised_by=basic.streamed_text)
def delta_is_a_string(found: tuple[Finding, ...]) -> Findings:
    """Judge null and objects as much as nothing; an empty text is a text."""
    yield from found


NOT_AFTER_DONE = must(
    "events.no-delta-after-done",
    "No delta follows the end of its text.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="each chunk is told as if it were the last",
    covers=("SE-12",),
)


@check(NOT_AFTER_DONE, on=ruled(Rule.NOT_AFTER_DONE), exercised_by=basic.streamed_text)
def no_delta_after_done(found: tuple[Finding, ...]) -> Findings:
    """Judge deltas behind the end of their text, part or item, and a second end."""
    yield from found


ADDS_UP = must(
    "events.deltas-match-the-done-text",
    "The deltas of a text add up to what its end says.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the tail is trimmed or lost, or the whole text is sent once more as a delta",
    covers=("SE-15", "SE-18"),
)


@check(ADDS_UP, on=ruled(Rule.ADDS_UP), exercised_by=basic.streamed_text)
def deltas_match_the_done_text(found: tuple[Finding, ...]) -> Findings:
    """Compare letter by letter, whitespace included, the announced part's text too.

    A text that came in its end alone is judged by another clause.
    """
    yield from found


IN_DELTAS = should(
    "events.text-is-sent-in-deltas",
    "A message or call that says something comes in deltas.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway buffers the upstream, and tells the end only",
    covers=("OI-08", "SE-30"),
)


@check(IN_DELTAS, on=ruled(Rule.IN_DELTAS), exercised_by=basic.streamed_text)
def text_is_sent_in_deltas(found: tuple[Finding, ...]) -> Findings:
    """Judge finished messages and calls whose text no delta told."""
    yield from found


FINISHED_TEXT = must(
    "events.done-item-has-the-streamed-text",
    "A finished item or part holds the text that was told.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the finished item is built before the last delta, or without its text",
    covers=("SE-15", "SE-16", "OI-08"),
)


@check(FINISHED_TEXT, on=ruled(Rule.FINISHED_TEXT), exercised_by=basic.streamed_text)
def done_item_has_the_streamed_text(found: tuple[Finding, ...]) -> Findings:
    """Accept what the deltas add up to, or what the end of the text said."""
    yield from found


SNAPSHOT_TEXT = must(
    "events.final-snapshot-has-the-streamed-text",
    "The terminal snapshot holds the text of each item as it was told.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the snapshot is the upstream's, and the events are the gateway's own",
    covers=("SE-15", "SE-16", "OI-08"),
)


@check(SNAPSHOT_TEXT, on=ruled(Rule.SNAPSHOT_TEXT), exercised_by=basic.streamed_text)
def final_snapshot_has_the_streamed_text(found: tuple[Finding, ...]) -> Findings:
    """Accept the text of the finished item, of its end, or of its deltas."""
    yield from found


REASONING_TEXT = should(
    "events.reasoning-deltas-match-the-done-text",
    "The deltas of reasoning agree with each end of it.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="reasoning goes through a second, less careful converter",
    covers=("SE-34", "SE-15"),
)


@check(REASONING_TEXT, on=ruled(Rule.REASONING_TEXT), exercised_by=streamed_reasoning)
def reasoning_deltas_match_the_done_text(found: tuple[Finding, ...]) -> Findings:
    """Compare raw reasoning and summaries with their ends, their item and the snapshot.

    An item may leave out raw reasoning that was told.
    """
    yield from found
