"""Usage: which counts are plausible for a response, and which differences pass."""

from dataclasses import replace

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges
from tests.contract.sample_responses import (
    CALL,
    INCOMPLETE,
    USAGE,
    Json,
    json_response,
    make_request,
)

WITHIN_CAP = "usage.completion-does-not-exceed-max-output-tokens"
DELIVERED = "usage.billed-output-is-delivered"


def _usage(**counts: Json) -> Json:
    """Return a usage object whose total is the sum of its counts."""
    usage = {**USAGE, **counts}
    return {**usage, "total_tokens": usage["input_tokens"] + usage["output_tokens"]}


@pytest.mark.parametrize(("excess", "fails"), [(0, False), (4, False), (5, True)])
def test_up_to_four_tokens_beyond_the_cap_pass(excess: int, *, fails: bool) -> None:
    """Some servers count an end marker."""
    usage = _usage(output_tokens=32 + excess)
    exchange = json_response(
        make_request(max_output_tokens=32), **{**INCOMPLETE, "usage": usage}
    )

    assert (check_exchanges(WITHIN_CAP, exchange).outcome is Outcome.FAILED) is fails


def test_reasoning_tokens_beyond_the_cap_pass() -> None:
    """Some models cap visible output only."""
    usage = _usage(output_tokens=90)
    usage["output_tokens_details"] = {"reasoning_tokens": 80}
    exchange = json_response(make_request(max_output_tokens=16), usage=usage)

    assert check_exchanges(WITHIN_CAP, exchange).outcome is Outcome.PASSED


@pytest.mark.parametrize("cap", [1, 15, True, "64", None, 64.5])
def test_small_and_invalid_caps_are_not_checked(cap: Json) -> None:
    """Servers may raise a small cap, and only an integer is a cap."""
    exchange = json_response(
        make_request(max_output_tokens=cap), usage=_usage(output_tokens=99)
    )

    assert check_exchanges(WITHIN_CAP, exchange).outcome is Outcome.PASSED


def test_up_to_twelve_tokens_may_leave_no_output_item() -> None:
    """An end marker may take several tokens."""
    few = json_response(output=[], usage=_usage(output_tokens=12))
    many = json_response(output=[], usage=_usage(output_tokens=13))

    assert check_exchanges(DELIVERED, few).outcome is Outcome.PASSED
    assert check_exchanges(DELIVERED, many).outcome is Outcome.FAILED


def test_a_function_call_is_output_without_text() -> None:
    """Its output count may be 0."""
    exchange = json_response(output=[CALL], usage=_usage(output_tokens=0))

    assert check_exchanges(DELIVERED, exchange).outcome is Outcome.PASSED
    assert (
        check_exchanges("usage.completion-is-counted", exchange).outcome
        is Outcome.PASSED
    )


@pytest.mark.parametrize(
    ("input_", "outcome"),
    [
        ("hello", Outcome.FAILED),
        ([{"role": "user", "content": "hello"}], Outcome.FAILED),
        ([{"content": [{"type": "input_text", "text": "hello"}]}], Outcome.FAILED),
        (" ", Outcome.PASSED),
        (7, Outcome.PASSED),
        ([], Outcome.PASSED),
        ([{"role": "user", "content": ""}], Outcome.PASSED),
        ([{"role": "user"}], Outcome.PASSED),
        ([{"content": [{"type": "input_text", "text": None}, 5]}], Outcome.PASSED),
    ],
)
def test_an_input_count_of_0_fails_only_for_a_prompt_with_text(
    input_: Json, outcome: Outcome
) -> None:
    """Whether a request without text is accepted is checked in section requests."""
    exchange = json_response(make_request(input=input_), usage=_usage(input_tokens=0))

    assert check_exchanges("usage.prompt-is-counted", exchange).outcome is outcome


def test_an_input_count_of_0_passes_for_another_media_type() -> None:
    """The server may not have read the body."""
    request = replace(
        make_request(input="hello"), headers={"content-type": "text/plain"}
    )
    exchange = json_response(request, usage=_usage(input_tokens=0))

    assert (
        check_exchanges("usage.prompt-is-counted", exchange).outcome is Outcome.PASSED
    )


def test_a_cap_of_16_is_checked() -> None:
    """It is the smallest one that servers do not raise."""
    exchange = json_response(
        make_request(max_output_tokens=16), usage=_usage(output_tokens=99)
    )

    assert check_exchanges(WITHIN_CAP, exchange).outcome is Outcome.FAILED
