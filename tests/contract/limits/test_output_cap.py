"""Limits: truncated responses, short responses, and oversized prompts."""

import pytest

from conformance.contract.limits.probes import CAP
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    check_exchanges,
    check_probe,
    error_response,
    make_exchange,
)
from tests.contract.sample_responses import (
    INCOMPLETE,
    RESPONSE,
    USAGE,
    Json,
    json_response,
    make_request,
    message_output,
)

ACCEPTED = "limits.max-output-tokens-is-accepted"
REASON = "limits.incomplete-reason-is-max-output-tokens"
NO_HIDDEN_CAP = "limits.no-hidden-output-cap"
TRUNCATION = "limits.truncation-auto-is-accepted-or-clearly-refused"
NO_SERVER_ERROR = "limits.oversized-prompt-causes-no-server-error"
HONORED = "limits.max-output-tokens-is-honored"
TRUNCATED_IS_INCOMPLETE = "limits.truncated-response-is-incomplete"
SHORT_RESPONSE = "limits.short-response-is-not-incomplete"
CLEARLY_REJECTED = "limits.oversized-prompt-is-clearly-refused"


def _count_up_to(last: int) -> list[Json]:
    return message_output(" ".join(map(str, range(1, last + 1))))


def _usage(output: int, input_: int = 12) -> Json:
    counts = {"input_tokens": input_, "output_tokens": output}
    return {**USAGE, **counts, "total_tokens": input_ + output}


@pytest.mark.parametrize(
    ("last", "outcome"),
    [(12, Outcome.PASSED), (CAP + 4, Outcome.PASSED), (CAP + 5, Outcome.FAILED)],
)
def test_too_many_numbers_exceed_the_cap(last: int, outcome: Outcome) -> None:
    """Each number takes at least one token, whatever ``usage`` reports."""
    exchange = json_response(output=_count_up_to(last), usage=_usage(0))

    assert check_probe(HONORED, exchange) is outcome


def test_a_text_without_numbers_is_inconclusive_about_the_cap() -> None:
    """The model may have refused, or a fixed text was returned."""
    assert check_probe(HONORED, json_response()) is Outcome.INCONCLUSIVE


def test_a_cap_used_up_by_reasoning_is_honored() -> None:
    """There is no visible output, and the response gives the reason."""
    assert (
        check_probe(HONORED, json_response(**{**INCOMPLETE, "output": []}))
        is Outcome.PASSED
    )


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
def test_a_response_is_truncated_if_its_tokens_reach_the_cap(
    last: int, spent: int, status: str, outcome: Outcome
) -> None:
    """A model that stops early, or exceeds the cap, shows nothing about the status."""
    exchange = json_response(
        output=_count_up_to(last), usage=_usage(spent), status=status
    )

    assert check_probe(TRUNCATED_IS_INCOMPLETE, exchange) is outcome


def test_an_abbreviated_count_is_not_truncated() -> None:
    """The model may write '1, 2, 3 ... 500' and end exactly at the cap."""
    exchange = json_response(
        output=message_output("1, 2, 3 ... 500"), usage=_usage(CAP)
    )

    assert check_probe(TRUNCATED_IS_INCOMPLETE, exchange) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("The moon is made of older cheese.", Outcome.INCONCLUSIVE),
        ("Sure! Here it comes: 1 2", Outcome.INCONCLUSIVE),
        ("Sure! Here it comes: 1 2 3", Outcome.FAILED),
        ("", Outcome.FAILED),
    ],
)
def test_a_text_other_than_a_count_may_end_exactly_at_the_cap(
    text: str, outcome: Outcome
) -> None:
    """A count cannot, and neither can an empty text."""
    exchange = json_response(
        output=message_output(text), usage=_usage(CAP), status="completed"
    )

    assert check_probe(TRUNCATED_IS_INCOMPLETE, exchange) is outcome


@pytest.mark.parametrize(
    ("text", "details", "outcome"),
    [
        ("Hello", {"reason": "max_output_tokens"}, Outcome.FAILED),
        ("Hello", None, Outcome.FAILED),
        ("x" * 39, {"reason": "max_output_tokens"}, Outcome.FAILED),
        ("x" * 40, {"reason": "max_output_tokens"}, Outcome.INCONCLUSIVE),
        ("Hello", {"reason": "content_filter"}, Outcome.INCONCLUSIVE),
        ("", {"reason": "max_output_tokens"}, Outcome.INCONCLUSIVE),
    ],
)
def test_a_short_response_must_not_be_incomplete(
    text: str, details: Json, outcome: Outcome
) -> None:
    """A long one may have been truncated by a server-side cap."""
    incomplete = {"status": "incomplete", "incomplete_details": details}
    exchange = json_response(output=message_output(text), **incomplete)

    assert check_probe(SHORT_RESPONSE, exchange) is outcome


@pytest.mark.parametrize(
    ("exchange", "outcome"),
    [
        (error_response("Unknown field."), Outcome.FAILED),
        (error_response("Oops.", 500), Outcome.FAILED),
        (error_response("Later.", 503), Outcome.INCONCLUSIVE),
        (make_exchange(b"<html>"), Outcome.INCONCLUSIVE),
        (json_response(**INCOMPLETE), Outcome.PASSED),
    ],
)
def test_a_cap_must_not_be_rejected(exchange: Json, outcome: Outcome) -> None:
    """Temporary errors and other bodies are reported by other requirements."""
    assert check_probe(ACCEPTED, exchange) is outcome


def test_a_500_to_a_stream_is_inconclusive_about_the_cap() -> None:
    """All streams may fail with a 500."""
    request = make_request(max_output_tokens=CAP, stream=True)
    failed = error_response("Oops.", 500, request=request)
    rejected = error_response("Unknown field.", request=request)

    assert check_probe(ACCEPTED, failed) is Outcome.INCONCLUSIVE
    assert check_probe(ACCEPTED, rejected) is Outcome.FAILED


def test_truncation_without_a_cap_fails() -> None:
    """With a cap in the request, truncation is expected."""
    hidden = json_response(**INCOMPLETE)
    requested = json_response(make_request(max_output_tokens=16), **INCOMPLETE)

    assert check_exchanges(NO_HIDDEN_CAP, hidden).outcome is Outcome.FAILED
    assert check_exchanges(NO_HIDDEN_CAP, requested).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("first", "outcome"),
    [
        (json_response(), Outcome.PASSED),
        (error_response("truncation is not supported"), Outcome.PASSED),
        (error_response("Unknown field."), Outcome.FAILED),
        (error_response("Later.", 502), Outcome.INCONCLUSIVE),
    ],
)
def test_truncation_may_be_rejected_with_an_error_that_names_it(
    first: Json, outcome: Outcome
) -> None:
    """The field is documented, but a server need not support it."""
    assert check_probe(TRUNCATION, first) is outcome


@pytest.mark.parametrize(
    ("exchange", "by_size", "no_error"),
    [
        (error_response("", 413), Outcome.PASSED, Outcome.PASSED),
        (
            error_response("Maximum context length is 8192."),
            Outcome.PASSED,
            Outcome.PASSED,
        ),
        (error_response("Bad request."), Outcome.FAILED, Outcome.PASSED),
        (error_response("Oops.", 500), Outcome.INCONCLUSIVE, Outcome.FAILED),
        (error_response("Oops.", 502), Outcome.INCONCLUSIVE, Outcome.FAILED),
        (error_response("Later.", 503), Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (json_response(), Outcome.FAILED, Outcome.PASSED),
        (json_response(usage=_usage(3, 1_299_999)), Outcome.FAILED, Outcome.PASSED),
        (
            json_response(usage=_usage(3, 1_300_000)),
            Outcome.INCONCLUSIVE,
            Outcome.PASSED,
        ),
    ],
)
def test_an_oversized_prompt_is_rejected_for_its_size(
    exchange: Json, by_size: Outcome, no_error: Outcome
) -> None:
    """A model that has read all of it is inconclusive."""
    assert check_probe(CLEARLY_REJECTED, exchange) is by_size
    assert check_probe(NO_SERVER_ERROR, exchange) is no_error


def test_a_missing_reason_is_inconclusive_about_its_value() -> None:
    """Section ``status`` checks that there is a reason."""
    exchange = json_response(
        **{**RESPONSE, **INCOMPLETE, "incomplete_details": {"reason": "length"}}
    )
    without_reason = json_response(**{**INCOMPLETE, "incomplete_details": None})

    assert check_probe(REASON, exchange) is Outcome.FAILED
    assert check_probe(REASON, without_reason) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("last", "outcome"),
    [(CAP, Outcome.FAILED), (CAP - 1, Outcome.INCONCLUSIVE)],
)
def test_numbers_show_a_used_up_cap_if_usage_is_missing(
    last: int, outcome: Outcome
) -> None:
    """Each number takes at least one token."""
    exchange = json_response(output=_count_up_to(last), usage=None, status="completed")

    assert check_probe(TRUNCATED_IS_INCOMPLETE, exchange) is outcome


def test_a_missing_count_is_inconclusive_about_an_oversized_prompt() -> None:
    """Section ``usage`` reports the missing count."""
    assert (
        check_probe(CLEARLY_REJECTED, json_response(usage=None)) is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("tokens", "outcome"), [(39, Outcome.FAILED), (40, Outcome.INCONCLUSIVE)]
)
def test_a_response_of_40_tokens_may_be_truncated_by_the_server(
    tokens: int, outcome: Outcome
) -> None:
    """The text may be shorter than the number of tokens."""
    exchange = json_response(**{**INCOMPLETE, "usage": _usage(tokens)})

    assert check_probe(SHORT_RESPONSE, exchange) is outcome


@pytest.mark.parametrize(
    ("padding", "outcome"), [(65_531, Outcome.PASSED), (65_532, Outcome.FAILED)]
)
def test_the_size_is_searched_in_64_kib_of_an_error(
    padding: int, outcome: Outcome
) -> None:
    """The word has five letters."""
    exchange = make_exchange(b" " * padding + b"limit", 400)

    assert check_probe(CLEARLY_REJECTED, exchange) is outcome
