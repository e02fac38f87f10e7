"""Turn errors from the validation with a published model into findings."""

from collections.abc import Iterator

from conformance.clients.model_errors import ModelError
from conformance.contract.evidence.attribution import (
    findings_of_other_sections,
    is_already_reported,
    is_from_request,
)
from conformance.model.check import Findings
from conformance.model.exchange import Exchange
from conformance.model.node import Finding, Node, quote


def unreported(
    found: Iterator[tuple[str, Finding]], exchange: Exchange, profile: str
) -> Findings:
    """Yield those findings of an exchange that no other section reports.

    ``found`` has pairs of a pointer and the finding there. Also skips an invalid value
    that the response repeats from the request: the section ``requests`` reports that
    the server accepted this value.
    """
    findings = list(found)
    reported = findings_of_other_sections(exchange, profile) if findings else []
    for pointer, finding in findings:
        is_reported = is_already_reported(pointer, reported)
        if not is_reported and not is_from_request(finding, exchange):
            yield finding


def model_finding(root: Node, error: ModelError) -> tuple[str, Finding]:
    """Return the pointer of an error in the value of ``root``, and a finding for it."""
    pointer, value = root.pointer + error.pointer, root.value
    for step in () if error.missing else error.path:
        value = value[step]
    got = "missing" if error.missing else quote(value)
    return pointer, Finding(pointer, error.expected, got, root.exchange)
