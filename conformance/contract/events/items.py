"""Requirements about how events name the output item and the part that they change.

An item is *added* by ``response.output_item.added``, a content part by
``response.content_part.added``, and a summary part by
``response.reasoning_summary_part.added``.
"""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.probes import streamed_reasoning
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.scope import stream_rule
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
    "Each event about an output item has a non-negative integer `output_index`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the converter supports only one output item and sends no index",
    covers=("SE-04",),
)


@check(
    OUTPUT_INDEX,
    on=stream_rule(Rule.OUTPUT_INDEX),
    exercised_by=basic.streamed_text,
)
def output_index_is_present(findings: tuple[Finding, ...]) -> Findings:
    """Check the events of items, parts, texts and arguments.

    Does not check that indexes start at 0 or have no gap.
    """
    yield from findings


ITEM_ID = should(
    "events.item-id-is-present",
    "Each event about a part, a text or arguments has a non-empty `item_id`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway sends the id only in the item itself",
    covers=("SE-09",),
)


@check(ITEM_ID, on=stream_rule(Rule.ITEM_ID), exercised_by=basic.streamed_text)
def item_id_is_present(findings: tuple[Finding, ...]) -> Findings:
    """Check the events of parts, texts and arguments.

    Does not check the added and done events of an item, because they contain the item.
    Not a MUST, because clients find the item by ``output_index``.
    """
    yield from findings


CONTENT_INDEX = must(
    "events.content-index-is-present",
    "Each event about a content part has a non-negative integer `content_index`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the converter supports only one content part",
    covers=("SE-04",),
)


@check(
    CONTENT_INDEX,
    on=stream_rule(Rule.CONTENT_INDEX),
    exercised_by=basic.streamed_text,
)
def content_index_is_present(findings: tuple[Finding, ...]) -> Findings:
    """Check ``content_part``, ``output_text`` and ``refusal`` events.

    SDKs use this index to append a delta to its part. Does not check raw reasoning:
    ``events.reasoning-index-is-present`` does.
    """
    yield from findings


REASONING_INDEX = should(
    "events.reasoning-index-is-present",
    "Each reasoning event has the index of its part: `summary_index` for a summary, "
    "`content_index` for raw reasoning.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="the converter sends reasoning in the form of plain text",
    covers=("SE-04", "SE-34"),
)


@check(
    REASONING_INDEX,
    on=stream_rule(Rule.REASONING_INDEX),
    exercised_by=streamed_reasoning,
)
def reasoning_index_is_present(findings: tuple[Finding, ...]) -> Findings:
    """Check that each reasoning event has a non-negative integer as its index.

    Does not check the order of the indexes.
    """
    yield from findings


ONE_ITEM_PER_INDEX = must(
    "events.output-index-identifies-one-item",
    "Each `output_index` identifies one output item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends every item with index 0, or adds an item twice",
    covers=("SE-07",),
)


@check(
    ONE_ITEM_PER_INDEX,
    on=stream_rule(Rule.ONE_ITEM_PER_INDEX),
    exercised_by=basic.streamed_text,
)
def output_index_identifies_one_item(findings: tuple[Finding, ...]) -> Findings:
    """Check that no two added items share an ``output_index`` or an ``id``.

    Also checks that events with an ``item_id`` have the index of that item. Does not
    check the order: events of several items may alternate, and indexes may be skipped.
    """
    yield from findings


SAME_IDENTITY = must(
    "events.item-identity-stays-the-same",
    "The `id`, `call_id` and `type` of an output item are the same in all its events.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway generates a new id for each event, or for the done item",
    covers=("SE-08",),
)


@check(
    SAME_IDENTITY,
    on=stream_rule(Rule.SAME_IDENTITY),
    exercised_by=basic.streamed_text,
)
def item_identity_stays_the_same(findings: tuple[Finding, ...]) -> Findings:
    """Compare the identity in each event and in the final snapshot with the first one.

    Does not report a missing ``id``, ``call_id`` or ``type``.
    """
    yield from findings


ITEM_ADDED_FIRST = must(
    "events.item-added-comes-first",
    "`response.output_item.added` precedes every other event of its item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends no added event for a cached or blank response",
    covers=("SE-11", "SE-37"),
)


@check(
    ITEM_ADDED_FIRST,
    on=stream_rule(Rule.ITEM_ADDED_FIRST),
    exercised_by=basic.streamed_text,
)
def item_added_comes_first(findings: tuple[Finding, ...]) -> Findings:
    """Check that part, text and done events belong to an item that was added.

    Reports only the first of these events if the item was not added before it.
    """
    yield from findings


PART_ADDED_FIRST = must(
    "events.content-part-added-comes-first",
    "`response.content_part.added` precedes every other event of its content part.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends no added event, or increases the index with each delta",
    covers=("SE-11", "SE-06"),
)


@check(
    PART_ADDED_FIRST,
    on=stream_rule(Rule.PART_ADDED_FIRST),
    exercised_by=basic.streamed_text,
)
def content_part_added_comes_first(findings: tuple[Finding, ...]) -> Findings:
    """Check ``output_text``, ``refusal`` and ``content_part.done`` events.

    Does not check parts of an item that was not added, nor parts that the added item
    already contains.
    """
    yield from findings


SUMMARY_ADDED_FIRST = should(
    "events.summary-part-added-comes-first",
    "`response.reasoning_summary_part.added` precedes every other event of its "
    "summary part.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="the gateway sends reasoning as plain text, or omits some reasoning events",
    covers=("SE-34",),
)


@check(
    SUMMARY_ADDED_FIRST,
    on=stream_rule(Rule.SUMMARY_ADDED_FIRST),
    exercised_by=streamed_reasoning,
)
def summary_part_added_comes_first(findings: tuple[Finding, ...]) -> Findings:
    """Check summary events: clients show summary text in the part that was added.

    Does not check parts of an item that was not added, nor parts that the added item
    already contains.
    """
    yield from findings


CONTENT_INDEX_ORDER = must(
    "events.content-index-counts-from-zero",
    "The `content_index` of added content parts counts from 0 in each item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="one counter is used for all items, so a message after reasoning starts at 1",
    covers=("SE-05", "SE-06"),
)


@check(
    CONTENT_INDEX_ORDER,
    on=stream_rule(Rule.CONTENT_INDEX_ORDER),
    exercised_by=basic.streamed_text,
)
def content_index_counts_from_zero(findings: tuple[Finding, ...]) -> Findings:
    """Check the index in each ``response.content_part.added``, per output item.

    Does not check summary parts.
    """
    yield from findings
