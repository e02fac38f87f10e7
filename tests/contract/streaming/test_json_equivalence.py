"""A stream beside the same answer in one piece: the clauses that compare the two."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.streaming import delivery, json_equivalence
from conformance.contract.streaming.probes import PHRASE, json_and_stream
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import exchange, message, numbered, response, text
from tests.contract.streaming.test_delivery import SETTING, answer, held, says

Json = Any


def both(plain: Json, streamed: Json) -> tuple[Exchange, Exchange]:
    """Return the two answers of the probe ``json_and_stream``, built from responses."""
    asked = next(json_and_stream.steps(SETTING))
    assert isinstance(asked, tuple)
    end = {"type": f"response.{streamed['status']}", "response": streamed}
    started = {"type": "response.created", "response": response("in_progress")}
    stream = exchange(numbered([started, end]))
    return answer(asked[0], plain), replace(stream, request=asked[1])


@pytest.mark.parametrize(
    ("plain", "streamed", "outcome"),
    [
        (PHRASE, PHRASE, Outcome.PASSED),
        (PHRASE, "Something else entirely.", Outcome.PASSED),
        (PHRASE, PHRASE.replace("🦉", "\ufffd"), Outcome.FAILED),
        ("\ufffd", "\ufffd", Outcome.INCONCLUSIVE),
        (PHRASE, " ", Outcome.INCONCLUSIVE),
    ],
)
def test_a_replaced_character_is_blamed(
    plain: str, streamed: str, outcome: Outcome
) -> None:
    """U+FFFD in the stream alone; what else the model says is its own affair."""
    pair = both(says(plain), says(streamed))
    assert held(json_equivalence.no_replacement_characters, pair) is outcome


@pytest.mark.parametrize(
    ("plain", "streamed", "outcome"),
    [
        ("Hi!", "Hi!", Outcome.PASSED),
        ("Hi!", "Hi!Hi!", Outcome.FAILED),
        ("Hi!", "Hi! Hi!\n", Outcome.FAILED),
        ("Hi!Hi!", "Hi!Hi!", Outcome.PASSED),
        ("Hi!", "Hi! Hello!", Outcome.PASSED),
        ("", "Hi!Hi!", Outcome.INCONCLUSIVE),
    ],
)
def test_an_answer_told_twice_is_blamed(
    plain: str, streamed: str, outcome: Outcome
) -> None:
    """The measure is the JSON answer to the same question."""
    pair = both(says(plain), says(streamed))
    assert held(json_equivalence.text_is_not_duplicated, pair) is outcome


def test_items_are_compared_but_for_reasoning() -> None:
    """A model may think in one answer, and not in the other."""
    check = json_equivalence.same_items_as_json
    thinking = says("Hi!")
    thinking["output"].insert(0, {"type": "reasoning", "id": "rs_1", "summary": []})
    cut = response("incomplete", [message("incomplete", "H")])

    assert held(check, both(says("Hi!"), thinking)) is Outcome.PASSED
    assert held(check, both(says("Hi!"), response("completed"))) is Outcome.FAILED
    assert held(check, both(response("completed"), says(""))) is Outcome.INCONCLUSIVE
    assert held(check, both(says("Hi!"), cut)) is Outcome.INCONCLUSIVE


def test_members_are_compared_by_name() -> None:
    """Null means as little as nothing, and values are free to differ."""
    check = json_equivalence.same_fields_as_json
    plain, same = says("Hi!"), says("Hi!")
    thin = {k: v for k, v in same.items() if k != "tools"}

    assert held(check, both({**plain, "user": None}, same)) is Outcome.PASSED
    assert held(check, both(plain, {**same, "tool_choice": "none"})) is Outcome.PASSED
    assert held(check, both(plain, thin)) is Outcome.FAILED


def test_a_refused_false_is_blamed() -> None:
    """Stream false is the default, said aloud."""
    check = delivery.stream_false_is_accepted
    plain, streamed = both(says("Hi!"), says("Hi!"))
    refused = answer(plain.request, {"error": {"message": "stream only"}}, 400)
    broken = replace(refused, status=500)

    assert held(check, (plain, streamed)) is Outcome.PASSED
    assert held(check, (refused, streamed)) is Outcome.FAILED
    assert held(check, (broken, streamed)) is Outcome.INCONCLUSIVE


def test_a_pair_that_is_not_completed_is_not_compared() -> None:
    """One of the two was cut: there is nothing to hold the other against."""
    cut = response("incomplete", [{**message("incomplete"), "content": [text("H")]}])
    with pytest.raises(Inconclusive, match="not completed"):
        json_equivalence.both(both(says("Hi!"), cut))
