"""From the errors of a published model to the findings of this section."""

from collections.abc import Iterator

from conformance.clients.model_errors import ModelError
from conformance.contract.evidence.attribution import (
    findings_of_other_sections,
    is_already_reported,
)
from conformance.model.check import Findings
from conformance.model.exchange import Exchange
from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.node import Finding, Json, Node, quote


def unreported(
    found: Iterator[tuple[str, Finding]], exchange: Exchange, profile: str
) -> Findings:
    """Yield the findings, given by pointer, that no other section reports.

    Also skips invalid values that the response echoes from the request: the section
    ``requests`` reports that the server accepted them.
    """
    findings = list(found)
    reported = findings_of_other_sections(exchange, profile) if findings else []
    for pointer, finding in findings:
        is_reported = is_already_reported(pointer, reported)
        if not is_reported and not _is_from_request(finding, exchange):
            yield finding


def _is_from_request(finding: Finding, exchange: Exchange) -> bool:
    """Return whether the request has the same wrong value, or lacks the same field.

    A missing field counts only if the request was generated to be invalid.
    """
    pointer = finding.pointer.rpartition(" ")[2].removeprefix("/response")
    value = exchange.request.json
    *parents, last = pointer.split("/")[1:] or [""]
    try:
        for step in parents:
            value = _child(value, step)
        if finding.got == "missing":
            generated = GeneratedInput.of(exchange.probe)
            if generated is None or generated.scenario is Scenario.VALID:
                return False
            return isinstance(value, dict) and last not in value
        return quote(_child(value, last)) == finding.got
    except LookupError:
        return False


def _child(value: Json, step: str) -> Json:
    """Return a field or an element; raises ``LookupError`` if there is none."""
    if isinstance(value, dict):
        return value[step]
    if isinstance(value, list) and step.isdigit():
        return value[int(step)]
    raise LookupError(step)


def model_finding(root: Node, error: ModelError) -> tuple[str, Finding]:
    """Return the pointer and the finding for an error inside ``root``."""
    pointer, value = root.pointer + error.pointer, root.value
    for step in () if error.missing else error.path:
        value = value[step]
    got = "missing" if error.missing else quote(value)
    return pointer, Finding(pointer, error.expected, got, root.exchange)
