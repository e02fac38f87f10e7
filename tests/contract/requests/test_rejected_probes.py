"""Probes for requests that a server should reject, and for unusual requests."""

import json

import pytest

from conformance.contract.requests import rejected_probes as probes
from conformance.contract.requests.probes import RequestCase
from tests.contract.requests.sample_exchanges import CONTEXT


@pytest.mark.parametrize("case", probes.MALFORMED_BODIES, ids=lambda c: c.label)
def test_malformed_body_does_not_start_with_a_json_value(case: RequestCase) -> None:
    """Even a parser that ignores trailing data cannot read it."""
    content = case.request(CONTEXT).content.decode()

    with pytest.raises(json.JSONDecodeError):
        json.JSONDecoder().raw_decode(content)


@pytest.mark.parametrize("case", probes.LENIENT_JSON, ids=lambda c: c.label)
def test_lenient_json_is_not_json(case: RequestCase) -> None:
    """A parser that follows the standard rejects it."""
    assert case.request(CONTEXT).json is None


@pytest.mark.parametrize("case", probes.UNUSUAL_BODIES, ids=lambda c: c.label)
def test_unusual_body_is_a_valid_request(case: RequestCase) -> None:
    """It is JSON, with the model and the usual prompt."""
    content = case.request(CONTEXT).content
    shallow = content.replace(b"[" * 10_000 + b"]" * 10_000, b"[]")
    body = json.loads(shallow)

    assert body["model"] == "gpt-4o"
    assert "hello" in body["input"]


def test_cases_of_a_probe_have_distinct_labels() -> None:
    """Each case also has a name by which an error can identify the field."""
    for cases in probes.CASES_BY_PROBE.values():
        labels = [case.label for case in cases]
        assert len(set(labels)) == len(labels)
        assert all(case.names for case in cases)


def test_dotted_path_sets_a_nested_field() -> None:
    """The label is the path and the value."""
    cases = {case.label: case for case in probes.WRONG_FIELD_TYPES}
    sent = cases["reasoning.effort is 3"].request(CONTEXT).json

    assert sent["reasoning"] == {"effort": 3}
