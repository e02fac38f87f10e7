"""Findings of other requirements, used to report one defect only once.

The published models of a profile and the official client fail on most defects that have
a requirement of their own. Only the most specific requirement reports such a defect.
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
from conformance.contract.transport import bodies as transport_bodies
from conformance.contract.transport import headers as transport_headers
from conformance.contract.transport import http as transport_http
from conformance.contract.usage import details as usage_details
from conformance.contract.usage import totals as usage_totals
from conformance.model.check import Check
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.json_pointer import split
from conformance.model.node import MISSING, Finding, Json, quote
from conformance.model.requirement import Level

_MODULES: Final[tuple[ModuleType, ...]] = (
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
    transport_bodies,
    transport_headers,
    usage_totals,
    usage_details,
)
"""Modules with requirements that are more specific than a published model."""


def _checks() -> Iterator[Check]:
    """Yield the checks of ``_MODULES`` that apply to any single exchange in a scope."""
    for module in _MODULES:
        for value in vars(module).values():
            if isinstance(value, Check) and value.scope and not value.scope.observe:
                yield value


def _findings_of(check: Check, exchange: Exchange, profile: str) -> list[Finding]:
    """Return the findings of a check in one exchange, up to its first exception."""
    found = list[Finding]()
    try:
        for arguments in check.scope.select(exchange) if check.scope else ():
            with suppress(Inconclusive, RejectedRequest):
                found += check.findings(profile, *arguments)
    except Exception:  # noqa: BLE001 -- the check's own verdict reports it
        return found
    return found


_EVENT_INDEX: Final = re.compile(r"^event \d+ ")


def findings_of_other_sections(exchange: Exchange, profile: str) -> list[Finding]:
    """Return the findings of the checks of ``_MODULES`` in an exchange.

    This is slow: call it only if a published model rejects something in the exchange.
    """
    found = list[Finding]()
    for check in _checks():
        if check.requirement.applies_in(profile):
            found += _findings_of(check, exchange, profile)
    return found


_SECTIONS_READ_BY_CLIENTS: Final = frozenset(
    {"errors", "events", "items", "responses", "streaming"}
)
"""Sections whose violations break a client; a wrong count or header breaks none."""


def explaining_requirements(exchange: Exchange, profile: str) -> list[str]:
    """Return the ids of violated MUST requirements that explain why a client fails.

    Considers only requirements about content that a client reads.
    """
    found = list[str]()
    for check in _checks():
        requirement = check.requirement
        if (
            requirement.section in _SECTIONS_READ_BY_CLIENTS
            and requirement.level_in(profile) is Level.MUST
            and _findings_of(check, exchange, profile)
        ):
            found.append(requirement.id)
    return found


def is_already_reported(pointer: str, findings: list[Finding]) -> bool:
    """Return whether a finding is at ``pointer`` or at a parent of it.

    If many events of a stream lack the same field, other requirements report only the
    first few of these events. The same field of any other event therefore counts as
    reported, too.
    Findings about a complete body (an empty pointer) are ignored.
    """
    reported = {finding.pointer for finding in findings} - {""}
    if any(pointer == other or pointer.startswith(f"{other}/") for other in reported):
        return True
    return _without_event_index(pointer) in {
        _without_event_index(other) for other in reported
    }


def _without_event_index(pointer: str) -> str:
    """Return ``event /field`` for ``event 3 /field``."""
    return _EVENT_INDEX.sub("event ", pointer)


def is_from_request(finding: Finding, exchange: Exchange) -> bool:
    """Return whether the request already has the wrong value that a finding reports.

    The response then echoes that value. The same applies to a field that is missing in
    both. A missing field counts only if the request was generated to be invalid.
    """
    _, slash, path = finding.pointer.partition("/")
    *parents, last = split((slash + path).removeprefix("/response")) or [""]
    value = exchange.request.json
    try:
        for step in parents:
            value = _child(value, step)
        if finding.got == MISSING:
            generated = GeneratedInput.of(exchange.probe)
            if generated is None or generated.scenario is Scenario.VALID:
                return False
            return isinstance(value, dict) and last not in value
        return quote(_child(value, last)) == finding.got
    except LookupError:
        return False


def _child(value: Json, step: str) -> Json:
    """Return the field or element ``step``; raises ``LookupError`` if it is missing."""
    if isinstance(value, dict):
        return value[step]
    if isinstance(value, list) and step.isdigit():
        return value[int(step)]
    raise LookupError(step)
