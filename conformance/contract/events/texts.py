"""Requirements about streamed texts: deltas, done texts, and the finished item.

A *text* is a string that a stream sends in deltas: message text, a refusal, function
call arguments, custom tool input, or reasoning. Its *done text* is the complete text
in its ``done`` event.
"""

from conformance.contract.events.framing import STREAMING
from conformance.contract.events.probes import streamed_reasoning
from conformance.contract.events.stream.rules import Rule
from conformance.contract.events.stream.scope import stream_rule
from conformance.contract.probes import basic
from conformance.model.check import Findings, check
from conformance.model.node import Finding
from conformance.model.requirement import Capability, must, should

DELTA_IS_STRING = must(
    "events.delta-is-a-string",
    "The `delta` of each text, refusal, arguments or reasoning event is a string.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the converter forwards a final upstream chunk that has no content",
    covers=("SE-15",),
)


@check(
    DELTA_IS_STRING,
    on=stream_rule(Rule.DELTA_IS_STRING),
    exercised_by=basic.streamed_text,
)
def delta_is_a_string(findings: tuple[Finding, ...]) -> Findings:
    """Check that no ``delta`` is missing, ``null`` or of another type.

    Does not reject an empty string.
    """
    yield from findings


NO_DELTA_AFTER_DONE = must(
    "events.no-delta-after-done",
    "No delta follows the done event of its text, part or item, "
    "and no text has two done events.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the converter treats each chunk as the last one",
    covers=("SE-12",),
)


@check(
    NO_DELTA_AFTER_DONE,
    on=stream_rule(Rule.NO_DELTA_AFTER_DONE),
    exercised_by=basic.streamed_text,
)
def no_delta_after_done(findings: tuple[Finding, ...]) -> Findings:
    """Check for deltas after a done event, and for a second done event of a text.

    Does not check for a second done event of an item:
    ``events.item-done-is-sent-once`` does.
    """
    yield from findings


DONE_TEXT = must(
    "events.deltas-match-the-done-text",
    "The deltas of a text add up to the string in its done event.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway loses the end, or sends the complete text again as a delta",
    covers=("SE-15", "SE-18"),
)


@check(
    DONE_TEXT,
    on=stream_rule(Rule.DONE_TEXT),
    exercised_by=basic.streamed_text,
)
def deltas_match_the_done_text(findings: tuple[Finding, ...]) -> Findings:
    """Compare the joined deltas of each text with its done text, whitespace included.

    Text in ``response.content_part.added`` counts as the first delta. Does not compare
    texts without deltas: ``events.text-is-sent-in-deltas`` reports them. Does not
    compare reasoning: ``events.reasoning-deltas-match-the-done-text`` does.
    """
    yield from findings


SENT_IN_DELTAS = should(
    "events.text-is-sent-in-deltas",
    "Message text and function call arguments, unless empty, are sent in deltas.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway buffers the upstream and sends only the done events",
    covers=("OI-08", "SE-30"),
)


@check(
    SENT_IN_DELTAS,
    on=stream_rule(Rule.SENT_IN_DELTAS),
    exercised_by=basic.streamed_text,
)
def text_is_sent_in_deltas(findings: tuple[Finding, ...]) -> Findings:
    """Check that deltas preceded each non-empty text of a done message or call.

    Text in the added event of the item or part counts as a delta. Does not check items
    of other types.
    """
    yield from findings


DONE_ITEM_TEXT = must(
    "events.done-item-has-the-streamed-text",
    "The item in `response.output_item.done` and the part in "
    "`response.content_part.done` contain the streamed text.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway builds the done item before the last delta, or without its text",
    covers=("SE-15", "SE-16", "OI-08"),
)


@check(
    DONE_ITEM_TEXT,
    on=stream_rule(Rule.DONE_ITEM_TEXT),
    exercised_by=basic.streamed_text,
)
def done_item_has_the_streamed_text(findings: tuple[Finding, ...]) -> Findings:
    """Compare the item or part in a done event with the text that was streamed.

    The item or part passes if its text equals the joined deltas or the done text. Does
    not compare these two: ``events.deltas-match-the-done-text`` does. Does not check
    reasoning.
    """
    yield from findings


SNAPSHOT_TEXT = must(
    "events.final-snapshot-has-the-streamed-text",
    "The final snapshot contains the streamed text of each item.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway relays the upstream's snapshot but builds its own events",
    covers=("SE-15", "SE-16", "OI-08"),
)


@check(
    SNAPSHOT_TEXT,
    on=stream_rule(Rule.SNAPSHOT_TEXT),
    exercised_by=basic.streamed_text,
)
def final_snapshot_has_the_streamed_text(findings: tuple[Finding, ...]) -> Findings:
    """Compare the items of the final snapshot with the texts that were streamed.

    An item passes if its text equals the text of the done item, the done text or the
    joined deltas. Does not compare these three with each other. Does not check
    reasoning.
    """
    yield from findings


REASONING_TEXT = should(
    "events.reasoning-deltas-match-the-done-text",
    "Reasoning deltas match the done event, the done item and the final snapshot.",
    source=STREAMING,
    needs=Capability.REASONING,
    cause="the gateway uses a separate, incomplete converter for reasoning",
    covers=("SE-34", "SE-15"),
)


@check(
    REASONING_TEXT,
    on=stream_rule(Rule.REASONING_TEXT),
    exercised_by=streamed_reasoning,
)
def reasoning_deltas_match_the_done_text(findings: tuple[Finding, ...]) -> Findings:
    """Compare streamed raw reasoning and summaries with each later copy of them.

    Does not require that the done item or the final snapshot contains the reasoning.
    """
    yield from findings
