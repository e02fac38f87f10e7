"""Limits: when an answer was cut, and when the model only said little."""

import pytest

from conformance.contract.limits.probes import CAP, LETTERS
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import came, on_probe, refusal, universal
from tests.contract.sample_responses import (
    CUT,
    RESPONSE,
    USAGE,
    Json,
    answer,
    asking,
    saying,
)

HONOURED = "limits.max-output-tokens-is-honored"
SAYS_CUT = "limits.truncated-response-is-incomplete"
SHORT = "limits.short-response-is-not-incomplete"
BY_SIZE = "limits.oversized-prompt-is-clearly-refused"


def _counted(last: int) -> list[Json]:
    return saying(" ".join(map(str, range(1, last + 1))))


def _spent(output: int, read: int = 12) -> Json:
    counts = {"input_tokens": read, "output_tokens": output}
    return {**USAGE, **counts, "total_tokens": read + output}


@pytest.mark.parametrize(
    ("last", "outcome"),
    [(12, Outcome.PASSED), (CAP + 4, Outcome.PASSED), (CAP + 5, Outcome.FAILED)],
)
def test_numbers_are_counted_where_tokens_cannot_be(
    last: int, outcome: Outcome
) -> None:
    """Each takes a token at least, whatever the bill says."""
    told = answer(output=_counted(last), usage=_spent(0))

    assert on_probe(HONOURED, told) is outcome


def test_a_model_that_does_not_count_shows_nothing() -> None:
    """A canned answer, or a refusal in words."""
    assert on_probe(HONOURED, answer()) is Outcome.INCONCLUSIVE


def test_a_cap_spent_on_reasoning_alone_is_honoured() -> None:
    """Nothing is to be seen, and the answer says why."""
    assert on_probe(HONOURED, answer(**{**CUT, "output": []})) is Outcome.PASSED


@pytest.mark.parametrize(
    ("last", "spent", "status", "outcome"),
    [
        (10, CAP, "completed", Outcome.FAILED),
        (10, CAP, "incomplete", Outcome.PASSED),
        (10, CAP, "failed", Outcome.FAILED),
        (10, 20, "incomplete", Outcome.PASSED),
        (10, 20, "completed", Outcome.INCONCLUSIVE),
        (500, 999, "completed", Outcome.INCONCLUSIVE),
    ],
)
def test_an_answer_counts_as_cut_by_its_own_count(
    last: int, spent: int, status: str, outcome: Outcome
) -> None:
    """A model that stops by itself, or a cap that is ignored, is no cut answer."""
    told = answer(output=_counted(last), usage=_spent(spent), status=status)

    assert on_probe(SAYS_CUT, told) is outcome


def test_a_short_cut_to_the_end_is_no_cut() -> None:
    """The model may say '1, 2, 3 ... 500', and use the cap up to the token."""
    told = answer(output=saying("1, 2, 3 ... 500"), usage=_spent(CAP))

    assert on_probe(SAYS_CUT, told) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The moon is made of older cheese.", Outcome.INCONCLUSIVE),
        ("Sure! Here it comes: 1 2 3", Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_other_words_than_a_count_may_end_at_the_cap_by_themselves(
    text: str, outcome: Outcome
) -> None:
    """A count cannot, nor can an answer that has no words."""
    told = answer(output=saying(text), usage=_spent(CAP), status="completed")

    assert on_probe(SAYS_CUT, told) is outcome


@pytest.mark.parametrize(
    ("text", "details", "outcome"),
    [
        ("Hello", {"reason": "max_output_tokens"}, Outcome.FAILED),
        ("Hello", None, Outcome.FAILED),
        ("Hello " * 20, {"reason": "max_output_tokens"}, Outcome.INCONCLUSIVE),
        ("Hello", {"reason": "content_filter"}, Outcome.INCONCLUSIVE),
        ("", {"reason": "max_output_tokens"}, Outcome.INCONCLUSIVE),
    ],
)
def test_a_short_answer_is_not_incomplete(
    text: str, details: Json, outcome: Outcome
) -> None:
    """A model that rambles may meet a cap of the server's own."""
    cut = {"status": "incomplete", "incomplete_details": details}
    told = answer(output=saying(text), **cut)

    assert on_probe(SHORT, told) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (refusal("Unknown field."), Outcome.FAILED),
        (refusal("Oops.", 500), Outcome.FAILED),
        (refusal("Later.", 503), Outcome.INCONCLUSIVE),
        (came(b"<html>"), Outcome.INCONCLUSIVE),
        (answer(**CUT), Outcome.PASSED),
    ],
)
def test_a_cap_is_nothing_to_refuse(told: Json, outcome: Outcome) -> None:
    """A server that has no time, or answers a page, is blamed elsewhere."""
    assert on_probe("limits.max-output-tokens-is-accepted", told) is outcome


def test_a_stream_may_break_for_other_reasons() -> None:
    """Where every stream is a 500 the cap is not to blame."""
    request = asking(max_output_tokens=CAP, stream=True)
    broken = refusal("Oops.", 500, request=request)
    refused = refusal("Unknown field.", request=request)

    assert (
        on_probe("limits.max-output-tokens-is-accepted", broken) is Outcome.INCONCLUSIVE
    )
    assert on_probe("limits.max-output-tokens-is-accepted", refused) is Outcome.FAILED


def test_a_cut_without_a_cap_is_for_information() -> None:
    """With a cap it is what was asked for."""
    hidden, asked = answer(**CUT), answer(asking(max_output_tokens=16), **CUT)

    assert universal("limits.no-hidden-output-cap", hidden).outcome is Outcome.FAILED
    assert universal("limits.no-hidden-output-cap", asked).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        (answer(), Outcome.PASSED),
        (refusal("truncation is not supported"), Outcome.PASSED),
        (refusal("Unknown field."), Outcome.FAILED),
        (refusal("Later.", 502), Outcome.INCONCLUSIVE),
    ],
)
def test_truncation_may_be_refused_by_its_name(first: Json, outcome: Outcome) -> None:
    """The page lists it, and a server may lack it if it says so."""
    assert (
        on_probe("limits.truncation-auto-is-accepted-or-clearly-refused", first)
        is outcome
    )


@pytest.mark.parametrize(
    ("told", "by_size", "no_error"),
    [
        (refusal("", 413), Outcome.PASSED, Outcome.PASSED),
        (refusal("Maximum context length is 8192."), Outcome.PASSED, Outcome.PASSED),
        (refusal("Bad request."), Outcome.FAILED, Outcome.PASSED),
        (refusal("Oops.", 500), Outcome.INCONCLUSIVE, Outcome.FAILED),
        (refusal("Oops.", 502), Outcome.INCONCLUSIVE, Outcome.FAILED),
        (refusal("Later.", 503), Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (answer(), Outcome.FAILED, Outcome.PASSED),
        (answer(usage=_spent(3, LETTERS)), Outcome.INCONCLUSIVE, Outcome.PASSED),
    ],
)
def test_an_oversized_prompt_is_refused_for_what_it_is(
    told: Json, by_size: Outcome, no_error: Outcome
) -> None:
    """A model that has read it all has done nothing wrong."""
    assert on_probe(BY_SIZE, told) is by_size
    assert on_probe("limits.oversized-prompt-causes-no-server-error", told) is no_error


def test_a_foreign_reason_is_blamed_by_one_clause() -> None:
    """That there is a reason at all is judged in ``status``."""
    told = answer(**{**RESPONSE, **CUT, "incomplete_details": {"reason": "length"}})
    silent = answer(**{**CUT, "incomplete_details": None})

    assert (
        on_probe("limits.incomplete-reason-is-max-output-tokens", told)
        is Outcome.FAILED
    )
    assert (
        on_probe("limits.incomplete-reason-is-max-output-tokens", silent)
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("last", "outcome"),
    [(CAP, Outcome.FAILED), (CAP - 1, Outcome.INCONCLUSIVE)],
)
def test_numbers_show_that_the_cap_is_used_up_where_nothing_is_counted(
    last: int, outcome: Outcome
) -> None:
    """Each of them took a token at least."""
    told = answer(output=_counted(last), usage=None, status="completed")

    assert on_probe(SAYS_CUT, told) is outcome


def test_a_prompt_may_have_been_read_where_nothing_is_counted() -> None:
    """That nothing is counted is a clause of its own."""
    assert on_probe(BY_SIZE, answer(usage=None)) is Outcome.INCONCLUSIVE
