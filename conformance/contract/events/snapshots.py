"""Events: the snapshots that begin and end a stream."""

from conformance.contract.events.framing import STREAMING
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
from conformance.model.sources import REPORTED_BUGS

CREATED_FIRST = must(
    "events.created-comes-first",
    "A stream begins with response.created.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a keep-alive is faked from another event before the upstream answers",
    covers=("SE-26", "SE-37"),
)


@check(CREATED_FIRST, on=ruled(Rule.CREATED_FIRST), exercised_by=basic.streamed_text)
def created_comes_first(found: tuple[Finding, ...]) -> Findings:
    """Judge the first event that has a type; an ``error`` may stand in its place.

    Comments are no events. Official accumulators refuse any other beginning.
    """
    yield from found


CREATED_ONCE = must(
    "events.created-is-sent-once",
    "A stream has one response.created.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="an internal retry begins the response again in the same stream",
    covers=("SE-17",),
)


@check(CREATED_ONCE, on=ruled(Rule.CREATED_ONCE), exercised_by=basic.streamed_text)
def created_is_sent_once(found: tuple[Finding, ...]) -> Findings:
    """Judge what comes before the end; behind it nothing may come at all."""
    yield from found


NESTED = must(
    "events.snapshot-is-in-response-field",
    "An event about the whole response has it as an object named response.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the snapshot's members are spread over the event itself",
    covers=("SE-24", "SE-26"),
)


@check(NESTED, on=ruled(Rule.NESTED), exercised_by=basic.streamed_text)
def snapshot_is_in_response_field(found: tuple[Finding, ...]) -> Findings:
    """Judge created, queued, in_progress and the three terminal events."""
    yield from found


ONE_ID = must(
    "events.response-id-stays-the-same",
    "All snapshots of a stream have one id.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway makes an id of its own for some events only",
    covers=("SE-10",),
)


@check(ONE_ID, on=ruled(Rule.ONE_ID), exercised_by=basic.streamed_text)
def response_id_stays_the_same(found: tuple[Finding, ...]) -> Findings:
    """Compare each snapshot with the first; accumulators refuse another id."""
    yield from found


ONE_MODEL = should(
    "events.model-stays-the-same",
    "All snapshots of a stream name one model.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the model's name is rewritten in the last event only",
    covers=("EC-05",),
)


@check(ONE_MODEL, on=ruled(Rule.ONE_MODEL), exercised_by=basic.streamed_text)
def model_stays_the_same(found: tuple[Finding, ...]) -> Findings:
    """Compare snapshots that name a model; which name is right is not judged here."""
    yield from found


WHOLE_START = should(
    "events.created-snapshot-is-complete",
    "The snapshot in response.created has the members of a response.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway writes a skeleton before it knows the response",
    covers=("SE-25",),
)


@check(WHOLE_START, on=ruled(Rule.WHOLE_START), exercised_by=basic.streamed_text)
def created_snapshot_is_complete(found: tuple[Finding, ...]) -> Findings:
    """Look for the six members of the page's own example, whatever their values."""
    yield from found


STARTED = should(
    "events.early-snapshot-status-is-not-final",
    "A snapshot before the end has a status that is not final.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the finished response is sent in every event",
    covers=("SE-25",),
)


@check(STARTED, on=ruled(Rule.STARTED), exercised_by=basic.streamed_text)
def early_snapshot_status_is_not_final(found: tuple[Finding, ...]) -> Findings:
    """Judge created, queued and in_progress: their status is queued or in_progress."""
    yield from found


TERMINAL = must(
    "events.terminal-event-is-sent",
    "A stream ends in a completed, incomplete or failed event, or in an error.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the upstream breaks off, or a filter takes the last event out",
    covers=("SE-33", "SE-19", "SE-20", "SE-35", "SE-36", "ST-09"),
)


@check(TERMINAL, on=ruled(Rule.TERMINAL), exercised_by=basic.streamed_text)
def terminal_event_is_sent(found: tuple[Finding, ...]) -> Findings:
    """Judge streams that the server ended; not those that we left, or gave up on."""
    yield from found


AGREES = must(
    "events.terminal-event-matches-status",
    "The terminal event is named after the status that it carries.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="response.completed is sent for every end, cut answers included",
    covers=("ST-02", "ST-03", "ST-06"),
)


@check(AGREES, on=ruled(Rule.AGREES), exercised_by=basic.streamed_text)
def terminal_event_matches_status(found: tuple[Finding, ...]) -> Findings:
    """Compare the two; which of them is right is a matter of the section status."""
    yield from found


NOTHING_AFTER = must(
    "events.no-event-after-terminal-event",
    "No event of the response comes behind its terminal event.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a fallback tells a second response in the same stream",
    covers=("SE-17", "RT-01"),
)


@check(NOTHING_AFTER, on=ruled(Rule.NOTHING_AFTER), exercised_by=basic.streamed_text)
def no_event_after_terminal_event(found: tuple[Finding, ...]) -> Findings:
    """Judge known events; ``[DONE]``, comments and extensions may follow.

    An ``error`` and a ``response.failed`` may stand side by side.
    """
    yield from found
