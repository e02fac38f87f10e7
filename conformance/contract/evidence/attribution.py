"""What other clauses say of an exchange, for those that are a net below them.

The models of a profile, and the official client, stumble over most defects that have
a clause of their own. One defect is blamed once, by the clause that tells it best.
"""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Final

from conformance.core.check import Check
from conformance.core.exchange import Exchange
from conformance.core.judgement import Case, Tally
from conformance.core.node import Finding
from conformance.core.requirement import Level
from conformance.spec import (
    errors,
    errors_leaks,
    events,
    events_ends,
    events_items,
    events_snapshots,
    events_texts,
    items,
    responses,
    responses_created_at,
    responses_model,
    status,
    streaming,
    streaming_ends,
    transport,
    usage,
    usage_details,
)

_TOLD_BY: Final[tuple[ModuleType, ...]] = (
    errors,
    errors_leaks,
    events,
    events_ends,
    events_items,
    events_snapshots,
    events_texts,
    items,
    responses,
    responses_created_at,
    responses_model,
    status,
    streaming,
    streaming_ends,
    transport,
    usage,
    usage_details,
)


def _checks() -> Iterator[Check]:
    for module in _TOLD_BY:
        for value in vars(module).values():
            if isinstance(value, Check) and value.subject and not value.subject.note:
                yield value


_EVENT: Final = re.compile(r"^event \d+ ")


def told_elsewhere(exchange: Exchange, profile: str) -> list[Finding]:
    """Return what the universal clauses of other sections find in an exchange.

    Dear: to be called only where there is something to explain.
    """
    found = list[Finding]()
    for check in _checks():
        if check.requirement.holds_in(profile):
            tally = Tally(Case(check, None), profile)
            tally.add(exchange)
            found += tally.findings
    return found


_STUMBLED_OVER: Final = frozenset(
    {"errors", "events", "items", "responses", "streaming"}
)
"""Sections about what a client reads; a wrong count or header throws none."""


def stumbling_blocks(exchange: Exchange, profile: str) -> list[str]:
    """Return the ids of the clauses whose breach explains that a client stumbles."""
    found = list[str]()
    for check in _checks():
        told = check.requirement
        if told.section in _STUMBLED_OVER and told.level_in(profile) is Level.MUST:
            tally = Tally(Case(check, None), profile)
            tally.add(exchange)
            found += [told.id] * bool(tally.findings)
    return found


def is_told(pointer: str, elsewhere: list[Finding]) -> bool:
    """Say whether another clause blames the place, or what it lies in.

    Of a stream, it blames but the first few of the events that lack the same member.
    """
    blamed = {finding.pointer for finding in elsewhere} - {""}
    if any(pointer == each or pointer.startswith(f"{each}/") for each in blamed):
        return True
    return _in_any_event(pointer) in {_in_any_event(each) for each in blamed}


def _in_any_event(pointer: str) -> str:
    return _EVENT.sub("event ", pointer)
