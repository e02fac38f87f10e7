"""Responses: which names of a model are accepted."""

import pytest

from conformance.contract.responses.model import is_a_version
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, make_exchange
from tests.contract.sample_responses import (
    RESPONSE,
    json_response,
    make_request,
    streamed_response,
)

SAME_IN_STREAMS = "responses.model-is-the-same-in-streams"


@pytest.mark.parametrize(
    ("requested", "named"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o", "GPT-4o"),
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("gpt-4o-latest", "gpt-4o"),
        ("openai/gpt-4o", "gpt-4o"),
        ("gemma", "gemma:2b"),
        ("m", "models/m-001"),
    ],
)
def test_aliases_and_dated_versions_denote_the_same_model(
    requested: str, named: str
) -> None:
    """Either name may be the longer one."""
    assert is_a_version(requested, named)
    assert is_a_version(named, requested)


@pytest.mark.parametrize(
    ("requested", "named"),
    [("gpt-4o", "gpt-4o-mini"), ("gpt-4o", "claude"), ("gpt-4", "gpt-4o-2024-08-06")],
)
def test_another_model_is_not_a_version(requested: str, named: str) -> None:
    """A smaller model of the same series has another price."""
    assert not is_a_version(requested, named)


def test_streams_and_json_responses_must_share_one_model_name() -> None:
    """A load balancer may have several versions of one model."""
    one, two, streamed_two = (
        json_response(model="m-1"),
        json_response(model="m-2"),
        streamed_response(model="m-2"),
    )

    assert (
        check_exchanges(SAME_IN_STREAMS, one, two, streamed_two).outcome
        is Outcome.PASSED
    )
    assert check_exchanges(SAME_IN_STREAMS, one, streamed_two).outcome is Outcome.FAILED
    assert check_exchanges(SAME_IN_STREAMS, one, two).outcome is Outcome.INCONCLUSIVE


def test_a_request_without_a_model_needs_no_model_in_the_response() -> None:
    """Whether such a request is accepted is checked in section ``requests``."""
    exchange = make_exchange(
        {**RESPONSE, "model": None}, request=make_request(model=None)
    )
    verdict = check_exchanges("responses.model-is-a-string", exchange)

    assert verdict.outcome is Outcome.INCONCLUSIVE
