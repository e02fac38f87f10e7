"""Structured output: which texts match their format, and which are inconclusive."""

import json

import pytest

from conformance.contract.structured import probes
from conformance.model.exchange import Exchange
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    message,
    outcome_on_turns,
    response,
    run_probe,
    streamed_response,
)
from tests.contract.sample_errors import error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

MATCHES_SCHEMA = "structured.text-matches-the-schema"
IS_OBJECT = "structured.text-is-a-json-object"
CLEARLY_REJECTED = "structured.format-is-accepted-or-clearly-refused"

ROME = {"city": "Rome", "continent": "Europe", "inhabitants": 2_800_000}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (json.dumps(ROME), PASSED),
        (f"\n{json.dumps(ROME, indent=2)}\n", PASSED),
        (json.dumps({**ROME, "inhabitants": "many"}), FAILED),
        ("Rome is the capital of Italy.", FAILED),
        ("", INCONCLUSIVE),
    ],
)
def test_text_must_match_its_schema(text: str, outcome: Outcome) -> None:
    """White space around the JSON is ignored. An empty text is inconclusive."""
    assert (
        outcome_on_turns(MATCHES_SCHEMA, make_exchange(response(message(text))))
        is outcome
    )


def test_comments_are_allowed_only_in_earlier_messages() -> None:
    """A comment after the JSON, or in the same message, fails."""
    comment, value = message("Let me see."), message(json.dumps(ROME))
    mixed = message(f"Let me see. {json.dumps(ROME)}")

    assert (
        outcome_on_turns(MATCHES_SCHEMA, make_exchange(response(comment, value)))
        is PASSED
    )
    assert (
        outcome_on_turns(MATCHES_SCHEMA, make_exchange(response(value, comment)))
        is FAILED
    )
    assert outcome_on_turns(MATCHES_SCHEMA, make_exchange(response(mixed))) is FAILED


def test_truncated_text_and_refusals_are_inconclusive() -> None:
    """Neither has to be JSON."""
    truncated = make_exchange(response(message('{"city": "Ro'), status="incomplete"))
    part = {"type": "refusal", "refusal": "I would rather not."}
    refused = make_exchange(response({**message(""), "content": [part]}))

    for exchange in (truncated, refused):
        assert outcome_on_turns(MATCHES_SCHEMA, exchange) is INCONCLUSIVE
        assert outcome_on_turns(IS_OBJECT, exchange) is INCONCLUSIVE


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("{}", PASSED),
        ('{"capital": "Rome"}', PASSED),
        ('["Rome"]', FAILED),
        ('```json\n{"capital": "Rome"}\n```', FAILED),
    ],
)
def test_text_must_be_exactly_one_object(text: str, outcome: Outcome) -> None:
    """A code fence around the object fails."""
    assert (
        outcome_on_turns(IS_OBJECT, make_exchange(response(message(text)))) is outcome
    )


@pytest.mark.parametrize(
    ("exchange", "clearly_rejected", "matches_schema"),
    [
        (
            error_response("text.format json_schema is not supported"),
            PASSED,
            UNSUPPORTED,
        ),
        (error_response("Bad request."), FAILED, INCONCLUSIVE),
    ],
)
def test_a_rejection_must_mention_the_format(
    exchange: Exchange, clearly_rejected: Outcome, matches_schema: Outcome
) -> None:
    """Other rejections fail one requirement only."""
    assert outcome_on_turns(CLEARLY_REJECTED, exchange) is clearly_rejected
    assert outcome_on_turns(MATCHES_SCHEMA, exchange) is matches_schema


def test_an_object_is_requested_as_a_stream() -> None:
    """The final snapshot has the text. A response makes a second request needless."""
    (valid,) = run_probe(
        probes.json_object_output, streamed_response(response(message("{}")))
    )
    (invalid,) = run_probe(
        probes.json_object_output, streamed_response(response(message("Rome")))
    )

    assert isinstance(valid, Exchange)
    assert valid.request.streamed
    assert outcome_on_turns(IS_OBJECT, valid) is PASSED
    assert outcome_on_turns(IS_OBJECT, invalid) is FAILED


@pytest.mark.parametrize(
    ("second", "is_object", "clearly_rejected"),
    [
        (make_exchange(response(message("{}"))), PASSED, PASSED),
        (make_exchange(response(message("Rome"))), FAILED, PASSED),
        (error_response("response_format is not supported"), UNSUPPORTED, PASSED),
        (error_response("Bad request."), INCONCLUSIVE, FAILED),
    ],
)
def test_a_server_without_streaming_gets_a_second_request(
    second: Exchange, is_object: Outcome, clearly_rejected: Outcome
) -> None:
    """Streaming and formats are two capabilities, so only the second one counts."""
    turns = run_probe(
        probes.json_object_output, error_response("Streaming is not supported."), second
    )

    assert len(turns) == 2
    assert outcome_on_turns(IS_OBJECT, *turns) is is_object
    assert outcome_on_turns(CLEARLY_REJECTED, *turns, probe=1) is clearly_rejected
