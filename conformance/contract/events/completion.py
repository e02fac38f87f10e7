"""Events: what is finished, and what the terminal snapshot makes of it."""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.state_machine import ruled
from conformance.contract.probes import basic
from conformance.contract.tools.probes import tool_choice_required
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should

FINISHED = must(
    "events.item-done-is-sent",
    "Each announced item of a completed response is finished.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="output_item.done is sent for messages only",
    covers=("SE-14",),
)


@check(FINISHED, on=ruled(Rule.FINISHED), exercised_by=basic.streamed_text)
def item_done_is_sent(found: tuple[Finding, ...]) -> Findings:
    """Judge completed responses; a cut or failed one may leave items open."""
    yield from found


FINISHED_ONCE = must(
    "events.item-done-is-sent-once",
    "No output item is finished twice.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway closes what its upstream has closed already",
    covers=("SE-16",),
)


@check(FINISHED_ONCE, on=ruled(Rule.FINISHED_ONCE), exercised_by=basic.streamed_text)
def item_done_is_sent_once(found: tuple[Finding, ...]) -> Findings:
    """Judge output_item.done: agents run the call that it holds, each time it comes."""
    yield from found


FINISHED_STATUS = should(
    "events.done-item-is-not-in-progress",
    "A finished item does not say that it is in progress.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the announced item is sent again at its end",
    covers=("ST-04",),
)


@check(
    FINISHED_STATUS, on=ruled(Rule.FINISHED_STATUS), exercised_by=basic.streamed_text
)
def done_item_is_not_in_progress(found: tuple[Finding, ...]) -> Findings:
    """Judge the status in output_item.done, where there is one."""
    yield from found


PART_FINISHED = should(
    "events.part-done-is-sent",
    "Each announced part of a completed response is finished.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the end of a part is left to be guessed from the end of the item",
    covers=("SE-34",),
)


@check(PART_FINISHED, on=ruled(Rule.PART_FINISHED), exercised_by=basic.streamed_text)
def part_done_is_sent(found: tuple[Finding, ...]) -> Findings:
    """Judge content parts and summary parts, by content_part.done or its like."""
    yield from found


TEXT_DONE = should(
    "events.text-done-is-sent",
    "Each text of a completed response is finished by an event of its own.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the end of a text is left to be guessed from the end of the item",
    covers=("SE-13",),
)


@check(TEXT_DONE, on=ruled(Rule.TEXT_DONE), exercised_by=basic.streamed_text)
def text_done_is_sent(found: tuple[Finding, ...]) -> Findings:
    """Judge output_text.done and refusal.done where deltas came before."""
    yield from found


ARGUMENTS_DONE = should(
    "events.arguments-done-is-sent",
    "The arguments of a call are finished by an event of their own.",
    source=STREAMING,
    needs=Capability.TOOLS,
    cause="the end of the arguments is left to be guessed from the end of the item",
    covers=("SE-14",),
)


@check(ARGUMENTS_DONE, on=ruled(Rule.ARGUMENTS_DONE), exercised_by=tool_choice_required)
def arguments_done_is_sent(found: tuple[Finding, ...]) -> Findings:
    """Judge function_call_arguments.done where deltas came before."""
    yield from found


LISTED = must(
    "events.final-snapshot-lists-every-item",
    "The terminal snapshot lists every finished item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the terminal event is written with the output of the first one",
    covers=("OI-01", "OI-08"),
)


@check(LISTED, on=ruled(Rule.LISTED), exercised_by=basic.streamed_text)
def final_snapshot_lists_every_item(found: tuple[Finding, ...]) -> Findings:
    """Judge completed and incomplete responses; a missing output is judged elsewhere.

    Items are matched by id, by call id, then by what is left of their type.
    """
    yield from found


NO_OTHERS = must(
    "events.final-snapshot-has-no-extra-item",
    "The terminal snapshot lists no item that was never told.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="an item is added by a later stage that sends no events",
    covers=("OI-07",),
)


@check(NO_OTHERS, on=ruled(Rule.NO_OTHERS), exercised_by=basic.streamed_text)
def final_snapshot_has_no_extra_item(found: tuple[Finding, ...]) -> Findings:
    """Judge listed items for which no announcement and no end came."""
    yield from found


ORDER = should(
    "events.final-snapshot-keeps-item-order",
    "The terminal snapshot lists items in the order of their output_index.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="items are listed in the order in which they were finished",
    covers=("OI-01",),
)


@check(ORDER, on=ruled(Rule.ORDER), exercised_by=basic.streamed_text)
def final_snapshot_keeps_item_order(found: tuple[Finding, ...]) -> Findings:
    """Judge the items that both have; gaps between indexes are no matter."""
    yield from found
