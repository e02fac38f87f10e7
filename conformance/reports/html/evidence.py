"""Select and shorten the part of an exchange that the HTML report shows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conformance.model.event import Event
from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.node import Finding, UnexpectedValue, quote
from conformance.model.report import Report, RequirementResult
from conformance.reports import Evidence
from conformance.reports.curl import curl
from conformance.reports.html.json_excerpt import (
    MAX_LINE_LENGTH,
    Line,
    json_lines,
    text_lines,
    truncate,
)
from conformance.reports.text import smallest_exchange

MAX_FINDINGS: Final = 3
"""Maximum number of findings of one requirement that are shown."""

MAX_HEADERS: Final = 40
"""Maximum number of response headers that are shown."""

MAX_EVENTS: Final = 24
"""Maximum number of events of a stream that is shown completely."""

MAX_DELTA_LENGTH: Final = 24
"""Maximum number of characters of a delta that follow the type of its event."""

EVENTS_BEFORE, EVENTS_AFTER = 5, 3
"""Number of events shown before and after the event that the finding is about.

``EVENTS_AFTER`` is also the number of events shown at each end of such a stream.
"""

_REQUEST_ID: Final = re.compile(
    r"(?:request|req|trace|correlation|transaction)[-_]?id$|^cf-ray$|^traceparent$"
)
"""Names of headers that identify a request."""

_EVENT: Final = re.compile(r"event (\d{1,9})(?: (/.*))?", re.DOTALL)
"""Pointer of a finding about an event: its index, and a JSON pointer into its data."""


@dataclass(frozen=True)
class TranscriptRow:
    """One event of a stream, or a gap between the events that are shown.

    ``number`` is the index of the event, ``at`` the seconds from the request to the
    event, and ``delta`` the quoted start of its delta. ``data`` is the truncated data.
    The finding is about a ``marked`` event, whose ``lines`` show its data. ``omitted``
    is the number of events in the gap, and 0 for an event.
    """

    number: str = ""
    at: float = 0.0
    type: str = ""
    delta: str = ""
    data: str = ""
    marked: bool = False
    lines: tuple[Line, ...] = ()
    omitted: int = 0


@dataclass(frozen=True)
class EvidenceView:
    """An exchange as evidence of ``finding``.

    Only the texts of ``finding`` can contain control characters. ``head`` is
    the status line and the headers. ``ids`` are names and values of the headers that
    identify the request. ``elapsed`` is in seconds, and ``size`` is that of the body.
    """

    finding: Finding
    exchange: str
    probe: str
    curl: str
    head: tuple[Line, ...]
    ids: tuple[tuple[str, str], ...]
    body: tuple[Line, ...] = ()
    events: tuple[TranscriptRow, ...] = ()
    elapsed: float = 0.0
    size: int = 0


def sanitize(finding: Finding) -> Finding:
    """Return a finding with truncated texts and escaped control characters."""
    expected, got = truncate(finding.expected, 600), truncate(finding.got, 600)
    return Finding(truncate(finding.pointer), expected, got, finding.exchange)


def _head(exchange: Exchange, pointer: str) -> tuple[Line, ...]:
    """Return the status line and headers; mark the line that ``pointer`` names.

    If ``pointer`` names a header that the response does not have, add a marked line.
    """
    if not exchange.status:
        return (Line(truncate(exchange.summary), marked=True),)
    header = pointer.removeprefix("header ") if pointer.startswith("header ") else ""
    status = f"HTTP/{exchange.http_version} {exchange.status}"
    lines = [
        Line(truncate(f"{name}: {value}"), name == header)
        for name, value in exchange.headers[:MAX_HEADERS]
    ]
    if header and not any(line.marked for line in lines):
        lines.append(Line(f"✗ {truncate(header)}", marked=True))
    if exchange.failure:
        lines.append(Line(truncate(f"✗ {exchange.failure}"), marked=True))
    return (Line(status, pointer == "status"), *lines)


def _delta(event: Event) -> str:
    """Return the quoted start of the event's delta, or an empty string."""
    try:
        value = event.data.value
    except UnexpectedValue:
        return ""
    delta = value.get("delta") if isinstance(value, dict) else None
    if not isinstance(delta, str):
        return ""
    return truncate(quote(delta[:MAX_DELTA_LENGTH]))


def _row(event: Event, pointer: str | None) -> TranscriptRow:
    """Return the row of an event.

    If the finding is about this event, ``pointer`` is the JSON pointer into its data.
    Otherwise it is ``None``.
    """
    lines: tuple[Line, ...] = ()
    if pointer is not None:
        try:
            lines = json_lines(event.data.value, pointer)
        except UnexpectedValue:
            lines = (Line(truncate(event.frame.data, 2000), marked=True),)
    return TranscriptRow(
        str(event.index),
        event.at,
        truncate(event.type or event.frame.name, 80),
        _delta(event),
        truncate(event.frame.data, MAX_LINE_LENGTH),
        pointer is not None,
        lines,
    )


def _shown_events(length: int, marked: int | None) -> set[int]:
    """Return the indices of the events to show of a stream of ``length`` events.

    ``marked`` is the index of the event that the finding is about, if any.
    """
    if length <= MAX_EVENTS:
        return set(range(length))
    ends = EVENTS_AFTER if marked is not None else MAX_EVENTS // 2
    shown = {*range(ends), *range(length - ends, length)}
    if marked is not None:
        shown |= {*range(marked - EVENTS_BEFORE, marked + EVENTS_AFTER + 1)}
    return shown


def _transcript(exchange: Exchange, pointer: str) -> tuple[TranscriptRow, ...]:
    """Return a row for each event to show of a stream, and for each gap."""
    events: Sequence[Event] = exchange.events
    match = _EVENT.fullmatch(pointer)
    marked = int(match[1]) if match else None
    pointer_in_data = (match[2] or "") if match else None
    shown = _shown_events(len(events), marked)
    rows, omitted = list[TranscriptRow](), 0
    for event in events:
        if event.index not in shown:
            omitted += 1
            continue
        if omitted:
            rows.append(TranscriptRow(omitted=omitted))
            omitted = 0
        rows.append(_row(event, pointer_in_data if event.index == marked else None))
    if exchange.frames and exchange.frames[-1].data.strip() == "[DONE]":
        rows.append(TranscriptRow("", exchange.elapsed, "[DONE]"))
    return tuple(rows)


def _body(exchange: Exchange, pointer: str) -> tuple[Line, ...]:
    """Return an excerpt of the body; in JSON, the value at ``pointer`` is marked."""
    if not exchange.body:
        return ()
    if exchange.is_json:
        return json_lines(exchange.json.value, pointer or None)
    return text_lines(exchange.body)


def view(finding: Finding, exchange: Exchange, report: Report) -> EvidenceView:
    """Return an exchange as evidence of ``finding``."""
    is_stream = exchange.kind is ResponseKind.STREAM
    ids = tuple(
        (truncate(name, 80), truncate(value, 200))
        for name, value in exchange.headers
        if _REQUEST_ID.search(name)
    )
    return EvidenceView(
        finding,
        exchange.id,
        truncate(exchange.probe, 120),
        curl(exchange.request, report.target.url, report.target.key_env),
        _head(exchange, finding.pointer),
        ids[:MAX_HEADERS],
        () if is_stream else _body(exchange, finding.pointer),
        _transcript(exchange, finding.pointer) if is_stream else (),
        exchange.elapsed,
        len(exchange.body),
    )


def findings_to_show(
    result: RequirementResult, shown_evidence: EvidenceView | None
) -> tuple[Finding, ...]:
    """Return the first findings; the finding of the shown evidence comes first."""
    first = shown_evidence.finding if shown_evidence else None
    findings = [first] if first else []
    findings += [f for f in result.findings[:MAX_FINDINGS] if f is not first]
    return tuple(sanitize(finding) for finding in findings[:MAX_FINDINGS])


def select_evidence(
    result: RequirementResult, report: Report, evidence: Evidence
) -> EvidenceView | None:
    """Return the failing exchange with the smallest request, if one was recorded."""
    exchange = smallest_exchange(result, evidence)
    if exchange is None:
        return None
    findings = (f for f in result.findings if f.exchange == exchange.id)
    return view(next(findings), exchange, report)
