"""Usage: which counts are required, and how they have to fit together."""

import pytest

from conformance.contract.usage.totals import (
    CHAT,
    RESPONSES,
    completion_tokens,
    is_complete,
)
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges
from tests.contract.sample_responses import (
    USAGE,
    Json,
    json_response,
    streamed_response,
)

INTEGERS = "usage.counts-are-integers"
CHAT_NAMES = {"prompt_tokens": 12, "completion_tokens": 3}


@pytest.mark.parametrize("status", ["completed", "incomplete"])
def test_missing_usage_fails_in_json_and_in_a_stream(status: str) -> None:
    """Completed and truncated responses are billed."""
    responses = (
        json_response(status=status, usage=None),
        streamed_response(status=status, usage=None),
    )
    for response in responses:
        assert check_exchanges("usage.is-present", response).outcome is Outcome.FAILED


def test_a_failed_response_needs_no_usage() -> None:
    """It may be missing or consist of zeros."""
    zeros = {**USAGE, "input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
    failed = (
        json_response(status="failed", usage=None),
        json_response(status="failed", usage=zeros),
    )

    assert check_exchanges("usage.is-present", *failed).outcome is Outcome.PASSED
    assert (
        check_exchanges("usage.prompt-is-counted", *failed).outcome
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize("count", [None, "3", 3.0, True, [3]])
def test_a_count_that_is_not_an_integer_fails(count: Json) -> None:
    """Typed clients reject any other type, and a float without a fraction as well."""
    exchange = json_response(usage={**USAGE, "output_tokens": count})

    assert check_exchanges(INTEGERS, exchange).outcome is Outcome.FAILED


def test_null_passes_if_the_other_style_is_complete() -> None:
    """Some gateways write the names of both styles and fill one of them."""
    usage = {"prompt_tokens": None, "completion_tokens": None, **USAGE}

    assert (
        check_exchanges(INTEGERS, json_response(usage=usage)).outcome is Outcome.PASSED
    )


def test_null_as_total_fails_for_its_type_and_not_as_missing() -> None:
    """Neither style is complete then."""
    exchange = json_response(usage={**USAGE, "total_tokens": None})
    presence = check_exchanges("usage.all-counts-are-present", exchange)

    assert check_exchanges(INTEGERS, exchange).outcome is Outcome.FAILED
    assert presence.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("counts", "agree"),
    [
        ({"prompt_tokens": 12, "completion_tokens": 3}, True),
        ({"prompt_tokens": 12}, True),
        ({"prompt_tokens": 0, "completion_tokens": 0}, False),
        ({"prompt_tokens": 12, "completion_tokens": 4}, False),
    ],
)
def test_counts_under_both_names_must_be_equal(counts: Json, *, agree: bool) -> None:
    """A style that is filled with zeros fails."""
    exchange = json_response(usage={**USAGE, **counts})
    outcome = check_exchanges("usage.styles-agree", exchange).outcome

    assert (outcome is Outcome.PASSED) is agree


def test_counts_are_read_under_either_name() -> None:
    """``completion_tokens`` accepts the names of both APIs, and missing usage."""
    usage = json_response(usage={**CHAT_NAMES, "total_tokens": 15}).response["usage"]

    assert is_complete(usage, CHAT)
    assert not is_complete(usage, RESPONSES)
    assert completion_tokens(usage) == 3
    assert completion_tokens(None) is None
