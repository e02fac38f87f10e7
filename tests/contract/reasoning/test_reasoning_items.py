"""Reasoning: answers that are short, silent or thoughtful, and still conform."""

import pytest

from conformance.contract.reasoning import probes
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.verdict import Outcome
from tests.contract.run_probe import asking, conversed, held, message, response
from tests.contract.sample_errors import came, refusal, universal

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
OPEN, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

SUMMED: Json = [{"type": "summary_text", "text": "I counted."}]


def thought(summary: Json = SUMMED, **members: Json) -> Json:
    """Return a reasoning item."""
    return {"type": "reasoning", "id": "rs", "summary": summary, **members}


def counted(count: Json) -> Exchange:
    """Return an answer whose shown thoughts are counted like this."""
    details = {"output_tokens_details": {"reasoning_tokens": count}}
    usage = {"input_tokens": 9, "output_tokens": 40, "total_tokens": 49, **details}
    return came(response(thought(), message("6"), usage=usage))


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (came(response(message("Hello"))), PASSED),
        (came(response(message("Hello"), written=16)), PASSED),
        (came(response(written=16, status="incomplete")), PASSED),
        (came(response(thought(), written=16, status="incomplete")), PASSED),
        (came(response(thought(), message(""), written=16)), FAILED),
        (came(response(written=16)), FAILED),
        (came(response(written=0)), OPEN),
        (refusal("Oops.", 500), FAILED),
        (refusal("Busy.", 503), OPEN),
        (refusal("reasoning is not supported"), UNSUPPORTED),
        (refusal("max_output_tokens must be at least 64"), OPEN),
    ],
)
def test_a_starved_answer_may_end_in_many_ways(
    told: Exchange, outcome: Outcome
) -> None:
    """What it may not do is to break down, or to be complete without a word."""
    assert held("reasoning.using-up-max-output-tokens-is-incomplete", told) is outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (came(response(message("Hello"))), PASSED),
        (refusal("'reasoning.effort' is not supported"), PASSED),
        (refusal("max_output_tokens must be at least 64"), PASSED),
        (refusal("Bad request."), FAILED),
        (refusal("Bad gateway.", 502), OPEN),
        (refusal("who are you?", 401), OPEN),
    ],
)
def test_a_refusal_names_what_it_lacks(told: Exchange, outcome: Outcome) -> None:
    """A cap that is too small is as good a reason."""
    assert held("reasoning.effort-is-accepted-or-clearly-refused", told) is outcome


def test_models_without_thoughts_take_their_answers_back_too() -> None:
    """The clause is about the whole output, whatever is in it."""
    plain = came(response(message("6")))
    clause = "reasoning.own-output-is-accepted-as-input"
    taken = conversed(probes.reasoning_sent_back, plain, plain)
    refused = conversed(probes.reasoning_sent_back, plain, refusal("Unknown item."))

    assert held(clause, *taken) is PASSED
    assert held(clause, *refused) is FAILED


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (thought(), PASSED),
        (thought([]), PASSED),
        (thought([], content=[{"type": "reasoning_text", "text": "x"}]), PASSED),
        (thought(encrypted_content="opaque", status="completed"), PASSED),
        (thought(["I counted."]), FAILED),
        (thought([{"type": "summary_text"}]), FAILED),
    ],
)
def test_parts_of_thoughts_are_typed_texts(item: Json, outcome: Outcome) -> None:
    """There may be none."""
    verdict = universal("reasoning.parts-have-a-type-and-text", came(response(item)))

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("count", "outcome"), [(12, PASSED), (0, FAILED), (None, PASSED)]
)
def test_an_absent_count_is_another_clauses_business(
    count: Json, outcome: Outcome
) -> None:
    """Zero is a count, and a wrong one beside a shown thought."""
    verdict = universal("reasoning.visible-reasoning-is-counted", counted(count))

    assert verdict.outcome is outcome


def test_tags_that_the_client_sent_may_be_repeated() -> None:
    """And a text about thinking is no tag."""
    clause = "reasoning.think-tags-are-not-in-text"
    tagged = came(response(message("<think>Hm.</think> 6")))
    asked = asking(input_="What does <think> mean?")
    quoted = came(response(message("<think> opens a thought.")), request=asked)

    assert universal(clause, tagged).outcome is FAILED
    assert universal(clause, quoted).outcome is PASSED
    assert universal(clause, came(response(message("I think: 6")))).outcome is PASSED
    assert universal(clause, came(response(thought()))).outcome is OPEN
