"""Structured output: which texts match their format, and which are inconclusive."""

import json

import pytest

from conformance.contract.evidence.schema_match import misfits
from conformance.contract.structured import probes
from conformance.model.exchange import Exchange
from conformance.model.node import Json, Node
from conformance.model.verdict import Outcome
from tests.contract.run_probe import conversed, held, message, response, streamed
from tests.contract.sample_errors import came, refusal

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
    assert held(MATCHES_SCHEMA, came(response(message(text)))) is outcome


def test_comments_are_allowed_only_in_earlier_messages() -> None:
    """A comment after the JSON, or in the same message, fails."""
    comment, value = message("Let me see."), message(json.dumps(ROME))
    mixed = message(f"Let me see. {json.dumps(ROME)}")

    assert held(MATCHES_SCHEMA, came(response(comment, value))) is PASSED
    assert held(MATCHES_SCHEMA, came(response(value, comment))) is FAILED
    assert held(MATCHES_SCHEMA, came(response(mixed))) is FAILED


def test_truncated_text_and_refusals_are_inconclusive() -> None:
    """Neither has to be JSON."""
    truncated = came(response(message('{"city": "Ro'), status="incomplete"))
    part = {"type": "refusal", "refusal": "I would rather not."}
    refused = came(response({**message(""), "content": [part]}))

    for exchange in (truncated, refused):
        assert held(MATCHES_SCHEMA, exchange) is INCONCLUSIVE
        assert held(IS_OBJECT, exchange) is INCONCLUSIVE


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
    assert held(IS_OBJECT, came(response(message(text)))) is outcome


@pytest.mark.parametrize(
    ("exchange", "clearly_rejected", "matches_schema"),
    [
        (refusal("text.format json_schema is not supported"), PASSED, UNSUPPORTED),
        (refusal("Bad request."), FAILED, INCONCLUSIVE),
    ],
)
def test_a_rejection_must_mention_the_format(
    exchange: Exchange, clearly_rejected: Outcome, matches_schema: Outcome
) -> None:
    """Other rejections fail one requirement only."""
    assert held(CLEARLY_REJECTED, exchange) is clearly_rejected
    assert held(MATCHES_SCHEMA, exchange) is matches_schema


def test_an_object_is_requested_as_a_stream() -> None:
    """The final snapshot has the text. A response makes a second request needless."""
    (valid,) = conversed(probes.json_object_output, streamed(response(message("{}"))))
    (invalid,) = conversed(
        probes.json_object_output, streamed(response(message("Rome")))
    )

    assert isinstance(valid, Exchange)
    assert valid.request.streamed
    assert held(IS_OBJECT, valid) is PASSED
    assert held(IS_OBJECT, invalid) is FAILED


@pytest.mark.parametrize(
    ("second", "is_object", "clearly_rejected"),
    [
        (came(response(message("{}"))), PASSED, PASSED),
        (came(response(message("Rome"))), FAILED, PASSED),
        (refusal("response_format is not supported"), UNSUPPORTED, PASSED),
        (refusal("Bad request."), INCONCLUSIVE, FAILED),
    ],
)
def test_a_server_without_streaming_gets_a_second_request(
    second: Exchange, is_object: Outcome, clearly_rejected: Outcome
) -> None:
    """Streaming and formats are two capabilities, so only the second one counts."""
    turns = conversed(
        probes.json_object_output, refusal("Streaming is not supported."), second
    )

    assert len(turns) == 2
    assert held(IS_OBJECT, *turns) is is_object
    assert held(CLEARLY_REJECTED, *turns, probe=1) is clearly_rejected


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        (ROME, []),
        ({**ROME, "inhabitants": 2.0}, ["/inhabitants"]),
        ({**ROME, "inhabitants": True}, ["/inhabitants"]),
        ({**ROME, "continent": "Mu"}, ["/continent"]),
        ({**ROME, "river": "Tiber"}, ["/river"]),
        ({"city": 1}, ["", "", "/city"]),
        ([], [""]),
    ],
)
def test_each_schema_violation_has_a_pointer(value: Json, pointers: list[str]) -> None:
    """A missing field has the pointer of its object."""
    found = [finding.pointer for finding in misfits(Node(value), probes.SCHEMA)]

    assert found == pointers


def test_array_items_are_validated() -> None:
    """Their indexes are in the pointers."""
    schema = {"type": "array", "items": {"type": "string"}}

    assert [f.pointer for f in misfits(Node(["a", 1]), schema)] == ["/1"]
