"""Bills: what counts as one, and what forgiveness they get."""

from dataclasses import replace

import pytest

from conformance.contract.usage.plausibility import MAX_INVISIBLE_TOKENS, TOLERANCE
from conformance.contract.usage.totals import (
    CHAT,
    RESPONSES,
    completion_tokens,
    is_complete,
)
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import universal
from tests.contract.sample_responses import (
    CALL,
    CUT,
    USAGE,
    Json,
    answer,
    asking,
    stream,
)

INTEGERS = "usage.counts-are-integers"
WITHIN_CAP = "usage.completion-does-not-exceed-max-output-tokens"
DELIVERED = "usage.billed-output-is-delivered"
CHAT_NAMES = {"prompt_tokens": 12, "completion_tokens": 3}


def _billed(**counts: Json) -> Json:
    """Return a bill whose total is right."""
    usage = {**USAGE, **counts}
    return {**usage, "total_tokens": usage["input_tokens"] + usage["output_tokens"]}


@pytest.mark.parametrize("status", ["completed", "incomplete"])
def test_what_was_paid_for_is_counted(status: str) -> None:
    """In both modes, cut or whole."""
    for told in (answer(status=status, usage=None), stream(status=status, usage=None)):
        assert universal("usage.is-present", told).outcome is Outcome.FAILED


def test_a_failure_may_have_nothing_to_count() -> None:
    """Nothing, or only zeros."""
    nothing = _billed(input_tokens=0, output_tokens=0)
    told = answer(status="failed", usage=None), answer(status="failed", usage=nothing)

    assert universal("usage.is-present", *told).outcome is Outcome.PASSED
    assert universal("usage.prompt-is-counted", *told).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize("count", [None, "3", 3.0, True, [3]])
def test_a_count_is_an_integer(count: Json) -> None:
    """Typed clients refuse everything else, a whole float included."""
    told = answer(usage={**USAGE, "output_tokens": count})

    assert universal(INTEGERS, told).outcome is Outcome.FAILED


def test_a_null_is_passed_over_beside_a_complete_style() -> None:
    """Some gateways write the names of both styles, and fill one."""
    filled = {"prompt_tokens": None, "completion_tokens": None, **USAGE}

    assert universal(INTEGERS, answer(usage=filled)).outcome is Outcome.PASSED


def test_a_total_of_null_leaves_no_style_complete() -> None:
    """Then a null is what is wrong, and not what is left out."""
    broken = {**USAGE, "total_tokens": None}

    assert universal(INTEGERS, answer(usage=broken)).outcome is Outcome.FAILED
    assert universal("usage.all-counts-are-present", answer(usage=broken)).outcome is (
        Outcome.PASSED
    )


@pytest.mark.parametrize(
    ("counts", "agree"),
    [
        ({"prompt_tokens": 12, "completion_tokens": 3}, True),
        ({"prompt_tokens": 12}, True),
        ({"prompt_tokens": 0, "completion_tokens": 0}, False),
        ({"prompt_tokens": 12, "completion_tokens": 4}, False),
    ],
)
def test_both_styles_say_the_same(counts: Json, *, agree: bool) -> None:
    """One that is filled with zeros is a lie."""
    told = answer(usage={**USAGE, **counts})

    assert (universal("usage.styles-agree", told).outcome is Outcome.PASSED) is agree


@pytest.mark.parametrize(
    ("over", "blamed"), [(0, False), (TOLERANCE, False), (TOLERANCE + 1, True)]
)
def test_a_few_tokens_beyond_the_cap_are_forgiven(over: int, *, blamed: bool) -> None:
    """An end mark counts for some servers."""
    usage = _billed(output_tokens=32 + over)
    told = answer(asking(max_output_tokens=32), **{**CUT, "usage": usage})

    assert (universal(WITHIN_CAP, told).outcome is Outcome.FAILED) is blamed


def test_reasoning_beyond_the_cap_is_forgiven() -> None:
    """Some models cap only what is seen."""
    usage = _billed(output_tokens=90)
    usage["output_tokens_details"] = {"reasoning_tokens": 80}
    told = answer(asking(max_output_tokens=16), usage=usage)

    assert universal(WITHIN_CAP, told).outcome is Outcome.PASSED


@pytest.mark.parametrize("cap", [1, 15, True, "64", None, 64.5])
def test_a_cap_that_need_not_be_kept_is_not_judged(cap: Json) -> None:
    """Servers raise small caps, and what is no integer is no cap."""
    told = answer(asking(max_output_tokens=cap), usage=_billed(output_tokens=99))

    assert universal(WITHIN_CAP, told).outcome is Outcome.PASSED


def test_an_end_mark_may_be_all_that_was_made() -> None:
    """Also one that takes several tokens to write."""
    little = answer(output=[], usage=_billed(output_tokens=MAX_INVISIBLE_TOKENS))
    much = answer(output=[], usage=_billed(output_tokens=MAX_INVISIBLE_TOKENS + 1))

    assert universal(DELIVERED, little).outcome is Outcome.PASSED
    assert universal(DELIVERED, much).outcome is Outcome.FAILED


def test_a_call_is_an_output_too() -> None:
    """It has no text, and its price may be anything."""
    told = answer(output=[CALL], usage=_billed(output_tokens=0))

    assert universal(DELIVERED, told).outcome is Outcome.PASSED
    assert universal("usage.completion-is-counted", told).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("clause", "details"),
    [
        ("usage.cached-tokens-do-not-exceed-prompt", {"cached_tokens": 13}),
        (
            "usage.modality-tokens-do-not-exceed-count",
            {"text_tokens": 7, "audio_tokens": 6},
        ),
        ("usage.cached-and-reasoning-tokens-are-integers", {"cached_tokens": None}),
        ("usage.modality-tokens-are-integers", {"image_tokens": None}),
        ("usage.counts-are-not-negative", {"cached_tokens": -1}),
    ],
)
def test_each_breakdown_is_blamed_by_its_clause(clause: str, details: Json) -> None:
    """One defect, one clause."""
    told = answer(usage={**USAGE, "input_tokens_details": details})

    assert universal(clause, told).outcome is Outcome.FAILED


def test_parts_may_be_fewer_than_the_whole() -> None:
    """Nobody has to tell every modality."""
    told = answer(usage={**USAGE, "input_tokens_details": {"text_tokens": 5}})

    assert universal("usage.modality-tokens-do-not-exceed-count", told).outcome is (
        Outcome.PASSED
    )


def test_counts_are_read_under_either_name() -> None:
    """The chat names come first."""
    usage = answer(usage={**CHAT_NAMES, "total_tokens": 15}).response["usage"]

    assert is_complete(usage, CHAT)
    assert not is_complete(usage, RESPONSES)
    assert completion_tokens(usage) == 3
    assert completion_tokens(None) is None


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
def test_a_prompt_without_a_text_may_cost_nothing(
    input_: Json, outcome: Outcome
) -> None:
    """Such a request should be refused; that is another clause."""
    told = answer(asking(input=input_), usage=_billed(input_tokens=0))

    assert universal("usage.prompt-is-counted", told).outcome is outcome


def test_a_body_that_was_never_read_may_cost_nothing() -> None:
    """It was sent as another media type."""
    asked = asking(input="hello")
    plain = replace(asked, headers={"content-type": "text/plain"})
    told = answer(plain, usage=_billed(input_tokens=0))

    assert universal("usage.prompt-is-counted", told).outcome is Outcome.PASSED
