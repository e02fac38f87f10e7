"""Probes for requests that a server should accept."""

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.requests import probes
from conformance.model.exchange import Exchange
from conformance.model.probe import Probe
from conformance.model.request import Request
from tests.contract.requests.sample_exchanges import (
    ACCEPTED,
    CONTEXT,
    ERROR,
    REJECTED,
    UNCLEAR,
    exchange,
)

MERGING_PROBES = (
    probes.message_forms,
    probes.optional_fields,
    probes.null_fields,
    probes.null_tools,
)


@pytest.mark.parametrize("probe", MERGING_PROBES, ids=lambda p: p.name)
@pytest.mark.parametrize("first", [ACCEPTED, UNCLEAR[1], exchange(429, ERROR)])
def test_one_request_is_sent_unless_it_fails(probe: Probe, first: Exchange) -> None:
    """Cases are not sent separately after a 2xx or a 429."""
    steps = probe.steps(CONTEXT)
    next(steps)

    with pytest.raises(StopIteration):
        steps.send(first)


@pytest.mark.parametrize("probe", MERGING_PROBES, ids=lambda p: p.name)
@pytest.mark.parametrize("first", [REJECTED, exchange(500, ERROR)])
def test_each_case_is_sent_if_the_merged_request_fails(
    probe: Probe, first: Exchange
) -> None:
    """After a 4xx or 5xx, all cases are sent at the same time."""
    steps = probe.steps(CONTEXT)
    merged = next(steps)
    separate = steps.send(first)

    assert isinstance(merged, Request)
    assert isinstance(separate, tuple)
    assert len(separate) > 1


def test_merged_request_contains_every_null() -> None:
    """All eight fields are null in one request."""
    merged = next(probes.null_fields.steps(CONTEXT))

    assert isinstance(merged, Request)
    assert [v for v in merged.json.values() if v is None] == [None] * 8


def test_non_ascii_text_is_sent_unescaped() -> None:
    """The text is sent in UTF-8, without JSON escapes."""
    sent = probes.UNICODE.request(CONTEXT)

    assert "مرحبا".encode() in sent.content
    assert sent.json["input"] == probes.SCRIPTS


def test_cost_of_the_section_is_bounded() -> None:
    """At most 20 model responses and 72 rejections are declared."""
    section = {
        probe
        for check in catalogue().checks
        if check.requirement.section == "requests" and not check.scope
        for probe in check.probes
    }

    assert sum(probe.model_responses for probe in section) <= 20
    assert sum(probe.rejections for probe in section) <= 72
