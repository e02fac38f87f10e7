"""Probes with keys: what they send, and where the real key appears."""

import pytest

from conformance.contract.auth import probes
from conformance.model.exchange import Inconclusive
from conformance.model.probe import ProbeContext
from conformance.model.request import KEY, Request


def test_invented_key_is_well_formed_and_equal_for_equal_seeds() -> None:
    """Recorded journals can be evaluated again."""
    key = probes.invent_key(ProbeContext("m", seed=1))

    assert key.startswith("sk-")
    assert len(key) > 30
    assert key == probes.invent_key(ProbeContext("m", seed=1))
    assert key != probes.invent_key(ProbeContext("m", seed=2))


def test_key_in_query_and_key_in_body_send_a_placeholder() -> None:
    """Only the target replaces it by the real key."""
    context = ProbeContext("m")
    for probe in (probes.key_in_query, probes.key_in_body):
        request = next(probe.steps(context))
        assert isinstance(request, Request)
        assert request.has_key_placeholder
        assert KEY in request.path or KEY.encode() in request.content
        assert "authorization" not in request.all_headers


def test_key_without_letters_is_not_sent_with_swapped_case() -> None:
    """The request would contain the valid key itself."""
    steps = probes.case_swapped_key.steps(ProbeContext("m", key_has_letters=False))

    with pytest.raises(Inconclusive):
        next(steps)
