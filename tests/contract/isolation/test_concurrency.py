"""Isolation: which words are foreign, and which only look like it."""

import pytest

from conformance.contract.isolation import probes
from conformance.contract.isolation.concurrency import _WORD
from conformance.model.exchange import Exchange
from conformance.model.probe import ProbeContext
from conformance.model.verdict import Outcome
from tests.contract.run_probe import SETTING, asking, call, held, message, response
from tests.contract.sample_errors import came, refusal, universal

CLAUSE = "isolation.no-text-from-another-request"
MINE, OTHER = SETTING.word("mine"), SETTING.word("other")


def recited(word: str, said: str, **members: object) -> Exchange:
    """Return an answer to a request for one word."""
    request = asking(input_=f"Reply with exactly: {word}", **members)
    return came(response(message(said)), request=request, id=f"x-{said}")


@pytest.mark.parametrize("seed", range(50))
def test_every_word_has_the_form_that_is_looked_for(seed: int) -> None:
    """Otherwise nothing would ever be foreign."""
    word = ProbeContext("m", seed).word("any").encode()

    assert _WORD.findall(b"a " + word + b".") == [word]


def test_words_in_their_own_answers_are_at_home() -> None:
    """So is a word of nobody, and a text without any."""
    told = (recited(MINE, MINE), recited(OTHER, OTHER), recited(MINE, "QWERTZ1234"))

    assert universal(CLAUSE, *told).outcome is Outcome.PASSED


def test_a_word_of_another_request_is_foreign() -> None:
    """Wherever in the body it stands."""
    told = (recited(MINE, MINE), recited(OTHER, f"{OTHER} {MINE}"))

    verdict = universal(CLAUSE, *told)

    assert verdict.outcome is Outcome.FAILED
    assert verdict.findings[0].exchange == f"x-{OTHER} {MINE}"


def test_an_error_that_quotes_another_request_is_a_leak() -> None:
    """It need not be an answer."""
    stray = refusal(f"Cannot read {MINE}.", request=asking())
    told = (recited(MINE, MINE), recited(OTHER, OTHER), stray)

    assert universal(CLAUSE, *told).outcome is Outcome.FAILED


def test_what_a_context_brings_is_not_foreign() -> None:
    """A request with an id may be answered out of an earlier one."""
    chained = recited(OTHER, MINE, previous_response_id="resp_1")
    told = (recited(MINE, MINE), recited(OTHER, OTHER), chained)

    assert universal(CLAUSE, *told).outcome is Outcome.PASSED


def test_models_that_never_say_a_word_prove_nothing() -> None:
    """Neither do refusals."""
    told = (recited(MINE, "Hello"), recited(OTHER, "Hello"), refusal("No."))

    assert universal(CLAUSE, *told).outcome is Outcome.INCONCLUSIVE


def test_a_repeated_answer_repeats_its_calls() -> None:
    """One answer given twice has one call_id; two answers have two."""
    once = came(response(call()))
    other = came(response(call(), id="resp_2"))

    again = universal("isolation.call-ids-differ-between-responses", once, once)
    shared = universal("isolation.call-ids-differ-between-responses", once, other)

    assert (again.outcome, shared.outcome) == (Outcome.PASSED, Outcome.FAILED)


def burst(ids: list[str]) -> tuple[Exchange, ...]:
    """Return the answers to a burst, the JSON ones with these ids."""
    streams = [f"stream-{number}" for number in range(probes.EACH_WAY)]
    return tuple(came(response(message("Hi"), id=id_)) for id_ in ids + streams)


@pytest.mark.parametrize(
    ("clause", "places"),
    [
        ("isolation.different-instructions-get-separate-responses", probes.ALIKE),
        ("isolation.equal-requests-get-separate-responses", probes.TWINS),
    ],
)
def test_a_shared_id_tells_where_others_differ(
    clause: str, places: tuple[int, int]
) -> None:
    """Where all ids are equal, or empty, clauses about ids have said so."""
    ids = [f"resp_{number}" for number in range(probes.EACH_WAY)]
    shared = list(ids)
    shared[places[1]] = shared[places[0]]

    assert held(clause, burst(ids)) is Outcome.PASSED
    assert held(clause, burst(shared)) is Outcome.FAILED
    assert held(clause, burst(["resp"] * len(ids))) is Outcome.INCONCLUSIVE
    assert held(clause, burst([""] * len(ids))) is Outcome.INCONCLUSIVE
