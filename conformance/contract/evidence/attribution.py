"""What other clauses say of an exchange, for those that are a net below them.

The models of a profile, and the official client, stumble over most defects that have
a clause of their own. One defect is blamed once, by the clause that tells it best.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType
from typing import Final

from conformance.contract.errors import envelope as errors_envelope
from conformance.contract.errors import leaks as errors_leaks
from conformance.contract.events import completion as events_completion
from conformance.contract.events import framing as events_framing
from conformance.contract.events import items as events_items
from conformance.contract.events import snapshots as events_snapshots
from conformance.contract.events import texts as events_texts
from conformance.contract.items import output_items as items_output_items
from conformance.contract.responses import created_at as responses_created_at
from conformance.contract.responses import envelope as responses_envelope
from conformance.contract.responses import model as responses_model
from conformance.contract.status import values as status_values
from conformance.contract.streaming import delivery as streaming_delivery
from conformance.contract.streaming import disconnects as streaming_disconnects
from conformance.contract.transport import http as transport_http
from conformance.contract.usage import details as usage_details
from conformance.contract.usage import totals as usage_totals
from conformance.model.check import Check
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.node import Finding
from conformance.model.requirement import Level

_SECTIONS: Final[tuple[ModuleType, ...]] = (
    errors_envelope,
    errors_leaks,
    events_framing,
    events_completion,
    events_items,
    events_snapshots,
    events_texts,
    items_output_items,
    responses_envelope,
    responses_created_at,
    responses_model,
    status_values,
    streaming_delivery,
    streaming_disconnects,
    transport_http,
    usage_totals,
    usage_details,
)


def _checks() -> Iterator[Check]:
    for module in _SECTIONS:
        for value in vars(module).values():
            if isinstance(value, Check) and value.scope and not value.scope.observe:
                yield value


def _found_by(check: Check, exchange: Exchange, profile: str) -> list[Finding]:
    """Return what a universal check finds; a crash is reported by its own verdict."""
    found = list[Finding]()
    try:
        for picked in check.scope.select(exchange) if check.scope else ():
            with suppress(Inconclusive, RejectedRequest):
                found += check.findings(profile, *picked)
    except Exception:  # noqa: BLE001 -- the verdict of the check itself reports the crash
        return found
    return found


_EVENT: Final = re.compile(r"^event \d+ ")


def findings_of_other_sections(exchange: Exchange, profile: str) -> list[Finding]:
    """Return what the universal clauses of other sections find in an exchange.

    Dear: to be called only where there is something to explain.
    """
    found = list[Finding]()
    for check in _checks():
        if check.requirement.applies_in(profile):
            found += _found_by(check, exchange, profile)
    return found


_READ_BY_CLIENTS: Final = frozenset(
    {"errors", "events", "items", "responses", "streaming"}
)
"""Sections about what a client reads; a wrong count or header throws none."""


def explaining_requirements(exchange: Exchange, profile: str) -> list[str]:
    """Return the ids of the clauses whose breach explains that a client stumbles."""
    found = list[str]()
    for check in _checks():
        told = check.requirement
        if told.section in _READ_BY_CLIENTS and told.level_in(profile) is Level.MUST:
            found += [told.id] * bool(_found_by(check, exchange, profile))
    return found


def is_already_reported(pointer: str, elsewhere: list[Finding]) -> bool:
    """Say whether another clause blames the place, or what it lies in.

    Of a stream, it blames but the first few of the events that lack the same member.
    """
    blamed = {finding.pointer for finding in elsewhere} - {""}
    if any(pointer == each or pointer.startswith(f"{each}/") for each in blamed):
        return True
    return _in_any_event(pointer) in {_in_any_event(each) for each in blamed}


def _in_any_event(pointer: str) -> str:
    return _EVENT.sub("event ", pointer)
