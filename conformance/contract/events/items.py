"""Events: how they name the item and the part that they are about."""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.probes import streamed_reasoning
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import ruled
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import (
    LEVELS_IF_MODELS_REQUIRE,
    Capability,
    must,
    should,
)

OUTPUT_INDEX = must(
    "events.output-index-is-present",
    "Each event about an output item has an output_index.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a converter tells one item at a time, and counts none",
    covers=("SE-04",),
)


@check(OUTPUT_INDEX, on=ruled(Rule.OUTPUT_INDEX), exercised_by=basic.streamed_text)
def output_index_is_present(found: tuple[Finding, ...]) -> Findings:
    """Judge the events of items, of their parts, and of texts and arguments."""
    yield from found


ITEM_ID = should(
    "events.item-id-is-present",
    "Each event about the inside of an item has an item_id.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="ids are given to the item alone",
    covers=("SE-09",),
)


@check(ITEM_ID, on=ruled(Rule.ITEM_ID), exercised_by=basic.streamed_text)
def item_id_is_present(found: tuple[Finding, ...]) -> Findings:
    """Judge the events of parts, texts and arguments; accumulators use the index."""
    yield from found


CONTENT_INDEX = must(
    "events.content-index-is-present",
    "Each event about a content part has a content_index.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a converter knows of one part only",
    covers=("SE-04",),
)


@check(CONTENT_INDEX, on=ruled(Rule.CONTENT_INDEX), exercised_by=basic.streamed_text)
def content_index_is_present(found: tuple[Finding, ...]) -> Findings:
    """Judge the events of parts, output_text and refusal; accumulators index by it."""
    yield from found


REASONING_INDEX = should(
    "events.reasoning-index-is-present",
    "Each event about a part of a reasoning item has its index.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="reasoning is told like plain text",
    covers=("SE-04", "SE-34"),
)


@check(REASONING_INDEX, on=ruled(Rule.REASONING_INDEX), exercised_by=streamed_reasoning)
def reasoning_index_is_present(found: tuple[Finding, ...]) -> Findings:
    """Judge summary_index in summary events, content_index in raw reasoning."""
    yield from found


ONE_INDEX = must(
    "events.output-index-identifies-one-item",
    "Each output_index stands for one item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="every item is told as number 0, or one item is announced again",
    covers=("SE-07",),
)


@check(ONE_INDEX, on=ruled(Rule.ONE_INDEX), exercised_by=basic.streamed_text)
def output_index_identifies_one_item(found: tuple[Finding, ...]) -> Findings:
    """Judge announcements, and events whose index is not that of their item.

    Items may overlap; an index may be left out, but not given away twice.
    """
    yield from found


IDENTITY = must(
    "events.item-identity-stays-the-same",
    "An output item keeps its identity in all events.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="each event, or the finished item, gets an id made anew",
    covers=("SE-08",),
)


@check(IDENTITY, on=ruled(Rule.IDENTITY), exercised_by=basic.streamed_text)
def item_identity_stays_the_same(found: tuple[Finding, ...]) -> Findings:
    """Compare id, call id, type: of each event, the finished item, the last snapshot.

    An id that is absent is judged elsewhere.
    """
    yield from found


ANNOUNCED = must(
    "events.item-added-comes-first",
    "An output item is announced before any other event of it.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a cached or whitespace answer skips the opening events",
    covers=("SE-11", "SE-37"),
)


@check(ANNOUNCED, on=ruled(Rule.ANNOUNCED), exercised_by=basic.streamed_text)
def item_added_comes_first(found: tuple[Finding, ...]) -> Findings:
    """Judge parts, texts and ends of items that no output_item.added came for."""
    yield from found


PART_ANNOUNCED = must(
    "events.content-part-added-comes-first",
    "A content part is announced before any other event of it.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the opening of the part is skipped, or its index grows with each delta",
    covers=("SE-11", "SE-06"),
)


@check(PART_ANNOUNCED, on=ruled(Rule.PART_ANNOUNCED), exercised_by=basic.streamed_text)
def content_part_added_comes_first(found: tuple[Finding, ...]) -> Findings:
    """Judge output_text, refusal and the end of a part, of items that were announced.

    Parts that the announced item already had need no event of their own.
    """
    yield from found


SUMMARY_ANNOUNCED = should(
    "events.summary-part-added-comes-first",
    "A part of a reasoning summary is announced before its text.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="reasoning is told with the events of plain text, or with half of its own",
    covers=("SE-34",),
)


@check(
    SUMMARY_ANNOUNCED, on=ruled(Rule.SUMMARY_ANNOUNCED), exercised_by=streamed_reasoning
)
def summary_part_added_comes_first(found: tuple[Finding, ...]) -> Findings:
    """Judge summary text, which clients show under the part that was announced."""
    yield from found


FROM_ZERO = must(
    "events.content-index-counts-from-zero",
    "The content_index of an item's parts counts from 0.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="one counter serves all items, and a message behind reasoning starts at 1",
    covers=("SE-05", "SE-06"),
)


@check(FROM_ZERO, on=ruled(Rule.FROM_ZERO), exercised_by=basic.streamed_text)
def content_index_counts_from_zero(found: tuple[Finding, ...]) -> Findings:
    """Judge announcements of parts, item by item: 0, 1, 2."""
    yield from found
