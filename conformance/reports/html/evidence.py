"""What a report shows of an exchange: enough to see the fault, and to see it again."""

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
from conformance.reports.html.json_excerpt import LONGEST, Line, cut, plain, printed
from conformance.reports.text import plainest

FINDINGS: Final = 3
"""Findings of one requirement that are shown."""

HEADERS: Final = 40
"""Header lines of an answer that are shown."""

EVENTS: Final = 24
"""Events of a stream that are shown whatever they are."""

DELTA: Final = 24
"""Characters of a delta that are shown beside its type."""

BEFORE, BEHIND = 5, 3
"""Events shown around the one in question, and at both ends of a long stream."""

_REQUEST_ID: Final = re.compile(
    r"(?:request|req|trace|correlation|transaction)[-_]?id$|^cf-ray$|^traceparent$"
)
_EVENT: Final = re.compile(r"event (\d{1,9})(?: (/.*))?", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One event of a transcript, ``at`` seconds after the request was sent.

    ``says`` is the text that it adds, quoted. ``lines`` is its data in full where it is
    ``marked``; ``left_out`` counts events.
    """

    number: str = ""
    at: float = 0.0
    type: str = ""
    says: str = ""
    data: str = ""
    marked: bool = False
    lines: tuple[Line, ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Shown:
    """One exchange as evidence of a finding; each text but its own is safe to show."""

    about: Finding
    exchange: str
    probe: str
    curl: str
    head: tuple[Line, ...]
    ids: tuple[tuple[str, str], ...]
    body: tuple[Line, ...] = ()
    events: tuple[Row, ...] = ()
    elapsed: float = 0.0
    size: int = 0


def tame(finding: Finding) -> Finding:
    """Return a finding whose texts are short and safe to look at."""
    expected, got = cut(finding.expected, 600), cut(finding.got, 600)
    return Finding(cut(finding.pointer), expected, got, finding.exchange)


def _head(exchange: Exchange, pointer: str) -> tuple[Line, ...]:
    """Return status line and headers, with the one marked that is in question."""
    if not exchange.status:
        return (Line(cut(exchange.summary), marked=True),)
    named = pointer.removeprefix("header ") if pointer.startswith("header ") else ""
    first = Line(f"HTTP/{exchange.http_version} {exchange.status}", pointer == "status")
    lines = [
        Line(cut(f"{name}: {value}"), name == named)
        for name, value in exchange.headers[:HEADERS]
    ]
    if named and not any(line.marked for line in lines):
        lines.append(Line(f"✗ {cut(named)}", marked=True))
    if exchange.failure:
        lines.append(Line(cut(f"✗ {exchange.failure}"), marked=True))
    return (first, *lines)


def _says(event: Event) -> str:
    """Return the beginning of what a delta adds, or nothing."""
    try:
        value = event.data.value
    except UnexpectedValue:
        return ""
    delta = value.get("delta") if isinstance(value, dict) else None
    return cut(quote(delta[:DELTA])) if isinstance(delta, str) else ""


def _row(event: Event, pointer: str | None) -> Row:
    """Return an event; with a pointer into its data it is the one in question."""
    lines: tuple[Line, ...] = ()
    if pointer is not None:
        try:
            lines = printed(event.data.value, pointer)
        except UnexpectedValue:
            lines = (Line(cut(event.frame.data, 2000), marked=True),)
    return Row(
        str(event.index),
        event.at,
        cut(event.type or event.frame.name, 80),
        _says(event),
        cut(event.frame.data, LONGEST),
        pointer is not None,
        lines,
    )


def _transcript(exchange: Exchange, pointer: str) -> tuple[Row, ...]:
    """Return the events of a stream, those left out counted where they were."""
    events: Sequence[Event] = exchange.events
    named = _EVENT.fullmatch(pointer)
    wrong = int(named[1]) if named else -1
    inside = (named[2] or "") if named else None
    shown = set(range(EVENTS)) if len(events) <= EVENTS else set[int]()
    shown |= {*range(BEHIND), *range(len(events) - BEHIND, len(events))}
    shown |= {*range(wrong - BEFORE, wrong + BEHIND + 1)} if named else set()
    if not named:
        shown |= {*range(EVENTS // 2), *range(len(events) - EVENTS // 2, len(events))}
    rows, missing = list[Row](), 0
    for event in events:
        if event.index not in shown:
            missing += 1
            continue
        if missing:
            rows.append(Row(left_out=missing))
            missing = 0
        rows.append(_row(event, inside if event.index == wrong else None))
    if exchange.frames and exchange.frames[-1].data.strip() == "[DONE]":
        rows.append(Row("", exchange.elapsed, "[DONE]"))
    return tuple(rows)


def _body(exchange: Exchange, pointer: str) -> tuple[Line, ...]:
    if not exchange.body:
        return ()
    if exchange.is_json:
        return printed(exchange.json.value, pointer or None)
    return plain(exchange.body)


def shown(finding: Finding, exchange: Exchange, report: Report) -> Shown:
    """Return an exchange as evidence of ``finding``."""
    is_stream = exchange.kind is ResponseKind.STREAM
    ids = tuple(
        (cut(name, 80), cut(value, 200))
        for name, value in exchange.headers
        if _REQUEST_ID.search(name)
    )
    return Shown(
        finding,
        exchange.id,
        cut(exchange.probe, 120),
        curl(exchange.request, report.target.url, report.target.key_env),
        _head(exchange, finding.pointer),
        ids[:HEADERS],
        () if is_stream else _body(exchange, finding.pointer),
        _transcript(exchange, finding.pointer) if is_stream else (),
        exchange.elapsed,
        len(exchange.body),
    )


def told(result: RequirementResult, first: Shown | None) -> tuple[Finding, ...]:
    """Return the findings to list, that of the evidence first."""
    several = result.findings
    about = first.about if first else None
    listed = [about] if about else []
    listed += [finding for finding in several[:FINDINGS] if finding is not about]
    return tuple(tame(finding) for finding in listed[:FINDINGS])


def best(result: RequirementResult, report: Report, evidence: Evidence) -> Shown | None:
    """Return the evidence with the shortest request, or ``None`` without any."""
    exchange = plainest(result, evidence)
    if exchange is None:
        return None
    about = (f for f in result.findings if f.exchange == exchange.id)
    return shown(next(about), exchange, report)
