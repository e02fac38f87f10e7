"""Requests: unusual requests, which a server may support or reject."""

from conformance.contract.requests import rejected_probes as probes
from conformance.contract.requests.outcome import (
    Exchanges,
    expect_accepted,
    expect_field_named,
)
from conformance.model.check import Findings, check
from conformance.model.requirement import should
from conformance.model.sources import REPORTED_BUGS

UNUSUAL_FIELD = should(
    "requests.unusual-field-is-accepted-or-clearly-refused",
    "An unknown field, type or extreme value is accepted, or rejected with an error "
    "that names it.",
    source=REPORTED_BUGS,
    cause="one unknown field, item or tool invalidates the complete body",
    covers=("RV-13", "RV-17", "RV-20"),
)


@check(UNUSUAL_FIELD, on=probes.unusual_fields)
def unusual_field_is_accepted_or_clearly_rejected(exchanges: Exchanges) -> Findings:
    """Check unknown fields, item types and tool types, and extreme values.

    Does not check how an accepted request is processed: a server may forward a field
    that it does not know to an upstream that does.
    """
    yield from expect_field_named(probes.UNUSUAL_FIELDS, exchanges)


LARGE_BODY = should(
    "requests.large-body-is-accepted",
    "A request with a body of 1 MB is accepted.",
    source=REPORTED_BUGS,
    cause="a proxy has its default size limit, which is too small for images",
)


@check(LARGE_BODY, on=probes.unusual_bodies)
def large_body_is_accepted(exchanges: Exchanges) -> Findings:
    """Check a body padded with spaces, which cost no tokens.

    Does not check the other bodies of the probe, which may be accepted or rejected. The
    probe sends them for requirements about every exchange, such as "no 5xx".
    """
    yield from expect_accepted((probes.LARGE_BODY,), exchanges[:1])
