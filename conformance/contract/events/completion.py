"""Requirements about done events, and the items of the final snapshot.

A *done item* is the item in ``response.output_item.done``. The *final snapshot* is the
``response`` object in the terminal event.
"""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.scope import stream_rule
from conformance.contract.probes import basic
from conformance.contract.tools.probes import tool_choice_required
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should

ITEM_DONE = must(
    "events.item-done-is-sent",
    "In a completed response, each item with a `response.output_item.added` also has a "
    "`response.output_item.done`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the converter sends `response.output_item.done` only for messages",
    covers=("SE-14",),
)


@check(ITEM_DONE, on=stream_rule(Rule.ITEM_DONE), exercised_by=basic.streamed_text)
def item_done_is_sent(findings: tuple[Finding, ...]) -> Findings:
    """Check each added item of a stream that ends with ``response.completed``.

    Does not check incomplete or failed responses: their items may lack the event.
    """
    yield from findings


ITEM_DONE_ONCE = must(
    "events.item-done-is-sent-once",
    "Each output item has at most one `response.output_item.done`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends the event again after its upstream has sent it",
    covers=("SE-16",),
)


@check(
    ITEM_DONE_ONCE,
    on=stream_rule(Rule.ITEM_DONE_ONCE),
    exercised_by=basic.streamed_text,
)
def item_done_is_sent_once(findings: tuple[Finding, ...]) -> Findings:
    """Check for a second done event of an item: agents run its function call twice.

    Does not require that an item has the event: ``events.item-done-is-sent`` does.
    """
    yield from findings


DONE_ITEM_STATUS = should(
    "events.done-item-is-not-in-progress",
    "The item in `response.output_item.done` does not have the `status` `in_progress` "
    "or `queued`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends the added item again as the done item",
    covers=("ST-04",),
)


@check(
    DONE_ITEM_STATUS,
    on=stream_rule(Rule.DONE_ITEM_STATUS),
    exercised_by=basic.streamed_text,
)
def done_item_is_not_in_progress(findings: tuple[Finding, ...]) -> Findings:
    """Check the ``status`` in ``response.output_item.done``.

    Does not check items without a ``status``.
    """
    yield from findings


PART_DONE = should(
    "events.part-done-is-sent",
    "In a completed response, each content or summary part with an added event also "
    "has a done event.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway expects clients to infer the end of a part from its item",
    covers=("SE-34",),
)


@check(PART_DONE, on=stream_rule(Rule.PART_DONE), exercised_by=basic.streamed_text)
def part_done_is_sent(findings: tuple[Finding, ...]) -> Findings:
    """Check for ``content_part.done`` and ``reasoning_summary_part.done`` events.

    Does not check parts that ``response.output_item.added`` already contains.
    """
    yield from findings


TEXT_DONE = should(
    "events.text-done-is-sent",
    "In a completed response, `response.output_text.done` or `response.refusal.done` "
    "follows each text that was sent in deltas.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway expects clients to infer the end of a text from its item",
    covers=("SE-13",),
)


@check(TEXT_DONE, on=stream_rule(Rule.TEXT_DONE), exercised_by=basic.streamed_text)
def text_done_is_sent(findings: tuple[Finding, ...]) -> Findings:
    """Check each message text and each refusal that was sent in deltas.

    Does not check texts without deltas.
    """
    yield from findings


ARGUMENTS_DONE = should(
    "events.arguments-done-is-sent",
    "In a completed response, `response.function_call_arguments.done` follows "
    "arguments that were sent in deltas.",
    source=STREAMING,
    needs=Capability.TOOLS,
    cause="the gateway expects clients to infer the end of arguments from their item",
    covers=("SE-14",),
)


@check(
    ARGUMENTS_DONE,
    on=stream_rule(Rule.ARGUMENTS_DONE),
    exercised_by=tool_choice_required,
)
def arguments_done_is_sent(findings: tuple[Finding, ...]) -> Findings:
    """Check each function call whose arguments were sent in deltas.

    Does not check calls without deltas.
    """
    yield from findings


SNAPSHOT_LISTS_ITEMS = must(
    "events.final-snapshot-lists-every-item",
    "The `output` of the final snapshot contains every item that had a "
    "`response.output_item.done`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway copies `output` from the first event into the terminal event",
    covers=("OI-01", "OI-08"),
)


@check(
    SNAPSHOT_LISTS_ITEMS,
    on=stream_rule(Rule.SNAPSHOT_LISTS_ITEMS),
    exercised_by=basic.streamed_text,
)
def final_snapshot_lists_every_item(findings: tuple[Finding, ...]) -> Findings:
    """Search the final snapshot for each done item.

    Matches items by ``id``, then by ``call_id``. Items without a match are paired with
    items of the same type, in the order of the stream.

    Does not check failed responses, nor an ``output`` that is missing or not an array.
    """
    yield from findings


NO_EXTRA_ITEM = must(
    "events.final-snapshot-has-no-extra-item",
    "The `output` of the final snapshot contains only items that were in the stream.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a later stage adds an item to the snapshot and sends no events for it",
    covers=("OI-07",),
)


@check(
    NO_EXTRA_ITEM,
    on=stream_rule(Rule.NO_EXTRA_ITEM),
    exercised_by=basic.streamed_text,
)
def final_snapshot_has_no_extra_item(findings: tuple[Finding, ...]) -> Findings:
    """Search the final snapshot for items that had neither an added nor a done event.

    Does not check failed responses.
    """
    yield from findings


ITEM_ORDER = should(
    "events.final-snapshot-keeps-item-order",
    "The final snapshot lists items in the order of their `output_index`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway lists items in the order of their done events",
    covers=("OI-01",),
)


@check(ITEM_ORDER, on=stream_rule(Rule.ITEM_ORDER), exercised_by=basic.streamed_text)
def final_snapshot_keeps_item_order(findings: tuple[Finding, ...]) -> Findings:
    """Compare the order of the items with the ``output_index`` in their events.

    Does not check items without events, nor gaps between indexes. Skips a stream in
    which an item lacks an index or two items share one.
    """
    yield from findings
