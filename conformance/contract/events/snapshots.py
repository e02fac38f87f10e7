"""Requirements about snapshots: how a stream begins and how it ends.

A *snapshot* is the ``response`` object inside an event. ``response.created``,
``response.queued`` and ``response.in_progress`` contain *early snapshots*. The *final
snapshot* is in the terminal event: ``response.completed``, ``response.incomplete`` or
``response.failed``.
"""

from conformance.contract.events.framing import STREAMING
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
from conformance.model.sources import REPORTED_BUGS

CREATED_FIRST = must(
    "events.created-comes-first",
    "The first event of a stream is `response.created` or `error`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends another event first, as a keep-alive",
    covers=("SE-26", "SE-37"),
)


@check(
    CREATED_FIRST,
    on=stream_rule(Rule.CREATED_FIRST),
    exercised_by=basic.streamed_text,
)
def created_comes_first(findings: tuple[Finding, ...]) -> Findings:
    """Check the type of the first event; any other type makes official clients raise.

    Does not check comments and events without a type.
    """
    yield from findings


CREATED_ONCE = must(
    "events.created-is-sent-once",
    "A stream has at most one `response.created`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="an internal retry begins the response again in the same stream",
    covers=("SE-17",),
)


@check(
    CREATED_ONCE,
    on=stream_rule(Rule.CREATED_ONCE),
    exercised_by=basic.streamed_text,
)
def created_is_sent_once(findings: tuple[Finding, ...]) -> Findings:
    """Check for a second ``response.created`` before the terminal event.

    Does not check events after it: ``events.no-event-after-terminal-event`` does.
    """
    yield from findings


SNAPSHOT_NESTED = must(
    "events.snapshot-is-in-response-field",
    "Each event with a snapshot has it as an object in the field `response`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway writes the fields of the snapshot directly into the event",
    covers=("SE-24", "SE-26"),
)


@check(
    SNAPSHOT_NESTED,
    on=stream_rule(Rule.SNAPSHOT_NESTED),
    exercised_by=basic.streamed_text,
)
def snapshot_is_in_response_field(findings: tuple[Finding, ...]) -> Findings:
    """Check ``response.created``, ``.queued``, ``.in_progress`` and terminal events.

    Does not check the fields of the snapshot.
    """
    yield from findings


SAME_ID = must(
    "events.response-id-stays-the-same",
    "All snapshots of a stream have the same `id`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway generates its own `id` for some of the events only",
    covers=("SE-10",),
)


@check(SAME_ID, on=stream_rule(Rule.SAME_ID), exercised_by=basic.streamed_text)
def response_id_stays_the_same(findings: tuple[Finding, ...]) -> Findings:
    """Compare the ``id`` of each snapshot with the ``id`` of the first snapshot.

    Official clients reject a stream in which it changes. Does not check its form.
    """
    yield from findings


SAME_MODEL = should(
    "events.model-stays-the-same",
    "All snapshots of a stream name the same `model`.",
    source=REPORTED_BUGS,
    needs=Capability.STREAMING,
    cause="the gateway rewrites the model name only in the last event",
    covers=("EC-05",),
)


@check(SAME_MODEL, on=stream_rule(Rule.SAME_MODEL), exercised_by=basic.streamed_text)
def model_stays_the_same(findings: tuple[Finding, ...]) -> Findings:
    """Compare the ``model`` of each snapshot with the ``model`` of the first snapshot.

    Does not check snapshots without a ``model``, nor whether it is the requested one.
    """
    yield from findings


CREATED_COMPLETE = should(
    "events.created-snapshot-is-complete",
    "The snapshot in `response.created` has `id`, `object`, `created_at`, `status`, "
    "`model` and `output`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    levels=LEVELS_IF_MODELS_REQUIRE,
    cause="the gateway sends an incomplete response before it knows all fields",
    covers=("SE-25",),
)


@check(
    CREATED_COMPLETE,
    on=stream_rule(Rule.CREATED_COMPLETE),
    exercised_by=basic.streamed_text,
)
def created_snapshot_is_complete(findings: tuple[Finding, ...]) -> Findings:
    """Check for the six fields of the example response in New API's document.

    Does not check the values of these fields.
    """
    yield from findings


EARLY_STATUS = should(
    "events.early-snapshot-status-is-not-final",
    "A snapshot before the terminal event has `status` `queued` or `in_progress`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway sends the finished response in every event",
    covers=("SE-25",),
)


@check(
    EARLY_STATUS,
    on=stream_rule(Rule.EARLY_STATUS),
    exercised_by=basic.streamed_text,
)
def early_snapshot_status_is_not_final(findings: tuple[Finding, ...]) -> Findings:
    """Check the ``status`` of each early snapshot.

    Does not check a ``status`` that is missing or not a string.
    """
    yield from findings


TERMINAL_SENT = must(
    "events.terminal-event-is-sent",
    "A stream ends with `response.completed`, `response.incomplete`, "
    "`response.failed` or `error`.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the upstream connection breaks, or a filter removes the last event",
    covers=("SE-33", "SE-19", "SE-20", "SE-35", "SE-36", "ST-09"),
)


@check(
    TERMINAL_SENT,
    on=stream_rule(Rule.TERMINAL_SENT),
    exercised_by=basic.streamed_text,
)
def terminal_event_is_sent(findings: tuple[Finding, ...]) -> Findings:
    """Check that each stream that the server ended has a terminal event.

    Does not check streams that the client ended: it disconnected on purpose, or it
    stopped reading because of a timeout, a size limit or unreadable bytes.
    """
    yield from findings


TERMINAL_STATUS = must(
    "events.terminal-event-matches-status",
    "The type of the terminal event matches the `status` of its snapshot.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="the gateway always sends `response.completed`, also for truncated output",
    covers=("ST-02", "ST-03", "ST-06"),
)


@check(
    TERMINAL_STATUS,
    on=stream_rule(Rule.TERMINAL_STATUS),
    exercised_by=basic.streamed_text,
)
def terminal_event_matches_status(findings: tuple[Finding, ...]) -> Findings:
    """Compare the type of the event with the ``status`` in its snapshot.

    Does not check which of the two is correct: the section ``status`` does.
    """
    yield from findings


TERMINAL_LAST = must(
    "events.no-event-after-terminal-event",
    "No further event of the response follows its terminal event.",
    source=STREAMING,
    needs=Capability.STREAMING,
    cause="a fallback sends a second response in the same stream",
    covers=("SE-17", "RT-01"),
)


@check(
    TERMINAL_LAST,
    on=stream_rule(Rule.TERMINAL_LAST),
    exercised_by=basic.streamed_text,
)
def no_event_after_terminal_event(findings: tuple[Finding, ...]) -> Findings:
    """Check that no event of a known type follows a terminal event or an ``error``.

    Does not check ``[DONE]``, comments and events of unknown types. An ``error`` and a
    ``response.failed`` may follow each other.
    """
    yield from findings
