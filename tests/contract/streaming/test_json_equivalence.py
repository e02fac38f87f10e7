"""Comparison of a stream with the JSON response to the same prompt."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.streaming import delivery, json_equivalence
from conformance.contract.streaming.probes import PHRASE, json_and_stream
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import exchange, message, numbered, response, text
from tests.contract.streaming.sample_exchanges import (
    CONTEXT,
    completed_response,
    json_exchange,
    probe_outcome,
)

Json = Any


def exchanges_of(json: Json, streamed: Json) -> tuple[Exchange, Exchange]:
    """Return the turn of the probe ``json_and_stream`` with these response objects."""
    requests = next(json_and_stream.steps(CONTEXT))
    assert isinstance(requests, tuple)
    end = {"type": f"response.{streamed['status']}", "response": streamed}
    created = {"type": "response.created", "response": response("in_progress")}
    stream = exchange(numbered([created, end]))
    return json_exchange(requests[0], json), replace(stream, request=requests[1])


@pytest.mark.parametrize(
    ("json_text", "streamed_text", "outcome"),
    [
        (PHRASE, PHRASE, Outcome.PASSED),
        (PHRASE, "Something else entirely.", Outcome.PASSED),
        (PHRASE, PHRASE.replace("🦉", "\ufffd"), Outcome.FAILED),
        ("\ufffd", "\ufffd", Outcome.INCONCLUSIVE),
        (PHRASE, " ", Outcome.INCONCLUSIVE),
    ],
)
def test_a_replacement_character_only_in_the_stream_fails(
    json_text: str, streamed_text: str, outcome: Outcome
) -> None:
    """The rest of the text is not compared."""
    exchanges = exchanges_of(
        completed_response(json_text), completed_response(streamed_text)
    )
    assert (
        probe_outcome(json_equivalence.no_replacement_characters, exchanges) is outcome
    )


@pytest.mark.parametrize(
    ("json_text", "streamed_text", "outcome"),
    [
        ("Hi!", "Hi!", Outcome.PASSED),
        ("Hi!", "Hi!Hi!", Outcome.FAILED),
        ("Hi!", "Hi! Hi!\n", Outcome.FAILED),
        ("Hi!Hi!", "Hi!Hi!", Outcome.PASSED),
        ("Hi!", "Hi! Hello!", Outcome.PASSED),
        ("", "Hi!Hi!", Outcome.INCONCLUSIVE),
    ],
)
def test_a_stream_that_duplicates_the_json_text_fails(
    json_text: str, streamed_text: str, outcome: Outcome
) -> None:
    """The text of the JSON response is the reference."""
    exchanges = exchanges_of(
        completed_response(json_text), completed_response(streamed_text)
    )
    assert probe_outcome(json_equivalence.text_is_not_duplicated, exchanges) is outcome


def test_different_items_fail_unless_they_are_reasoning() -> None:
    """A model may reason in only one of the two responses."""
    check = json_equivalence.same_items_as_json
    hi, empty = completed_response("Hi!"), response("completed")
    with_reasoning = completed_response("Hi!")
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    with_reasoning["output"].insert(0, reasoning)
    truncated = response("incomplete", [message("incomplete", "H")])

    def outcome(json: Json, streamed: Json) -> Outcome:
        return probe_outcome(check, exchanges_of(json, streamed))

    assert outcome(hi, with_reasoning) is Outcome.PASSED
    assert outcome(hi, empty) is Outcome.FAILED
    assert outcome(empty, completed_response("")) is Outcome.INCONCLUSIVE
    assert outcome(hi, truncated) is Outcome.INCONCLUSIVE


def test_a_field_that_only_json_has_fails_unless_null() -> None:
    """Values may differ."""
    check = json_equivalence.same_fields_as_json
    json, streamed = completed_response("Hi!"), completed_response("Hi!")
    without_tools = {k: v for k, v in streamed.items() if k != "tools"}

    def outcome(json: Json, streamed: Json) -> Outcome:
        return probe_outcome(check, exchanges_of(json, streamed))

    assert outcome({**json, "user": None}, streamed) is Outcome.PASSED
    assert outcome(json, {**streamed, "tool_choice": "none"}) is Outcome.PASSED
    assert outcome(json, without_tools) is Outcome.FAILED


def test_a_rejected_stream_false_fails() -> None:
    """A server error is inconclusive."""
    check = delivery.stream_false_is_accepted
    accepted, stream = exchanges_of(
        completed_response("Hi!"), completed_response("Hi!")
    )
    error = {"error": {"message": "stream only"}}
    rejected = json_exchange(accepted.request, error, 400)
    server_error = replace(rejected, status=500)

    assert probe_outcome(check, (accepted, stream)) is Outcome.PASSED
    assert probe_outcome(check, (rejected, stream)) is Outcome.FAILED
    assert probe_outcome(check, (server_error, stream)) is Outcome.INCONCLUSIVE


def test_responses_that_are_not_completed_are_not_compared() -> None:
    """One of the two was truncated."""
    item = {**message("incomplete"), "content": [text("H")]}
    truncated = response("incomplete", [item])
    exchanges = exchanges_of(completed_response("Hi!"), truncated)
    with pytest.raises(Inconclusive, match="not completed"):
        json_equivalence.completed_responses(exchanges)
