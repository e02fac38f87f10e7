"""Isolation: which words and ids belong to another request."""

import pytest

from conformance.contract.isolation import probes
from conformance.contract.isolation.concurrency import _WORD
from conformance.model.exchange import Exchange
from conformance.model.probe import ProbeContext
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    CONTEXT,
    call,
    make_request,
    message,
    outcome_on_turns,
    response,
)
from tests.contract.sample_errors import check_exchanges, error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE = Outcome.INCONCLUSIVE

NO_OTHER_TEXT = "isolation.no-text-from-another-request"
FIRST_WORD, SECOND_WORD = CONTEXT.word("mine"), CONTEXT.word("other")


def exchange_with(word: str, text: str, **fields: object) -> Exchange:
    """Return a request that sends a test word, and a response with this text."""
    request = make_request(input_=f"Reply with exactly: {word}", **fields)
    return make_exchange(response(message(text)), request=request, id=f"x-{text}")


FIRST = exchange_with(FIRST_WORD, FIRST_WORD)
SECOND = exchange_with(SECOND_WORD, SECOND_WORD)


@pytest.mark.parametrize("seed", range(50))
def test_every_test_word_matches_the_pattern(seed: int) -> None:
    """Otherwise no leaked word could be found."""
    word = ProbeContext("m", seed).word("any").encode()

    assert _WORD.findall(b"a " + word + b".") == [word]


def test_words_of_the_own_request_pass() -> None:
    """So does a word of the same form that no request contains."""
    unknown = exchange_with(FIRST_WORD, "QWERTZ1234")

    assert check_exchanges(NO_OTHER_TEXT, FIRST, SECOND, unknown).outcome is PASSED


def test_a_word_of_another_request_fails() -> None:
    """It may be anywhere in the body."""
    leak = exchange_with(SECOND_WORD, f"{SECOND_WORD} {FIRST_WORD}")

    verdict = check_exchanges(NO_OTHER_TEXT, FIRST, leak)

    assert verdict.outcome is FAILED
    assert verdict.findings[0].exchange == f"x-{SECOND_WORD} {FIRST_WORD}"


def test_an_error_that_quotes_another_request_fails() -> None:
    """Errors are checked like other responses."""
    leak = error_response(f"Cannot read {FIRST_WORD}.", request=make_request())

    assert check_exchanges(NO_OTHER_TEXT, FIRST, SECOND, leak).outcome is FAILED


def test_words_from_stored_state_pass() -> None:
    """A response that continues another one may contain its words."""
    continued = exchange_with(SECOND_WORD, FIRST_WORD, previous_response_id="resp_1")

    assert check_exchanges(NO_OTHER_TEXT, FIRST, SECOND, continued).outcome is PASSED


def test_responses_without_test_words_are_inconclusive() -> None:
    """So are errors without them."""
    exchanges = (
        exchange_with(FIRST_WORD, "Hello"),
        exchange_with(SECOND_WORD, "Hello"),
        error_response("No."),
    )

    assert check_exchanges(NO_OTHER_TEXT, *exchanges).outcome is INCONCLUSIVE


def test_call_ids_must_differ_only_between_responses() -> None:
    """The same response, sent again, has the same calls."""
    first = make_exchange(response(call()))
    second = make_exchange(response(call(), id="resp_2"))
    id_ = "isolation.call-ids-differ-between-responses"

    assert check_exchanges(id_, first, first).outcome is PASSED
    assert check_exchanges(id_, first, second).outcome is FAILED


def concurrent_responses(ids: list[str]) -> tuple[Exchange, ...]:
    """Return the concurrent responses; ``ids`` are those of the JSON responses."""
    streams = [f"stream-{number}" for number in range(probes.REQUESTS_PER_MODE)]
    return tuple(
        make_exchange(response(message("Hi"), id=id_)) for id_ in ids + streams
    )


@pytest.mark.parametrize(
    ("requirement", "indexes"),
    [
        (
            "isolation.different-instructions-get-separate-responses",
            probes.DIFFERENT_INSTRUCTIONS,
        ),
        ("isolation.equal-requests-get-separate-responses", probes.IDENTICAL),
    ],
)
def test_a_shared_id_fails_only_if_other_ids_differ(
    requirement: str, indexes: tuple[int, int]
) -> None:
    """If all ids are equal or empty, other requirements report that."""
    ids = [f"resp_{number}" for number in range(probes.REQUESTS_PER_MODE)]
    shared = list(ids)
    shared[indexes[1]] = shared[indexes[0]]
    equal, empty = ["resp"] * len(ids), [""] * len(ids)

    assert outcome_on_turns(requirement, concurrent_responses(ids)) is PASSED
    assert outcome_on_turns(requirement, concurrent_responses(shared)) is FAILED
    assert outcome_on_turns(requirement, concurrent_responses(equal)) is INCONCLUSIVE
    assert outcome_on_turns(requirement, concurrent_responses(empty)) is INCONCLUSIVE
