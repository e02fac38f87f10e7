"""Structured output: texts that fit, texts that do not, and those that tell nothing."""

import json

import pytest

from conformance.contract.evidence.schema_match import misfits
from conformance.contract.structured import probes
from conformance.contract.structured.probes import json_object_output
from conformance.model.exchange import Exchange
from conformance.model.node import Json, Node
from conformance.model.verdict import Outcome
from tests.contract.run_probe import conversed, held, message, response, streamed
from tests.contract.sample_errors import came, refusal

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
OPEN, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

NAMED = "structured.format-is-accepted-or-clearly-refused"

ROME = {"city": "Rome", "continent": "Europe", "inhabitants": 2_800_000}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (json.dumps(ROME), PASSED),
        (f"\n{json.dumps(ROME, indent=2)}\n", PASSED),
        (json.dumps({**ROME, "inhabitants": "many"}), FAILED),
        ("Rome is the capital of Italy.", FAILED),
        ("", OPEN),
    ],
)
def test_a_text_has_to_fit_its_schema(text: str, outcome: Outcome) -> None:
    """Blanks around it are free, and a blank alone tells nothing."""
    assert (
        held("structured.text-matches-the-schema", came(response(message(text))))
        is outcome
    )


def test_a_comment_may_stand_in_a_message_before_the_answer() -> None:
    """Not behind it, and not in the same message."""
    comment, value = message("Let me see."), message(json.dumps(ROME))
    mixed = message(f"Let me see. {json.dumps(ROME)}")
    asked = "structured.text-matches-the-schema"

    assert held(asked, came(response(comment, value))) is PASSED
    assert held(asked, came(response(value, comment))) is FAILED
    assert held(asked, came(response(mixed))) is FAILED


def test_a_text_that_was_cut_need_not_be_json() -> None:
    """Nor one that was declined."""
    cut = came(response(message('{"city": "Ro'), status="incomplete"))
    part = {"type": "refusal", "refusal": "I would rather not."}
    declined = came(response({**message(""), "content": [part]}))

    for told in (cut, declined):
        assert held("structured.text-matches-the-schema", told) is OPEN
        assert held("structured.text-is-a-json-object", told) is OPEN


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("{}", PASSED),
        ('{"capital": "Rome"}', PASSED),
        ('["Rome"]', FAILED),
        ('```json\n{"capital": "Rome"}\n```', FAILED),
    ],
)
def test_an_object_has_no_fence(text: str, outcome: Outcome) -> None:
    """What is around JSON makes it no JSON."""
    assert (
        held("structured.text-is-a-json-object", came(response(message(text))))
        is outcome
    )


@pytest.mark.parametrize(
    ("told", "named", "kept"),
    [
        (refusal("text.format json_schema is not supported"), PASSED, UNSUPPORTED),
        (refusal("Bad request."), FAILED, OPEN),
    ],
)
def test_a_format_may_be_refused_by_name(
    told: Exchange, named: Outcome, kept: Outcome
) -> None:
    """Only a vague refusal is blamed, and only once."""
    assert held(NAMED, told) is named
    assert held("structured.text-matches-the-schema", told) is kept


def test_an_object_is_asked_for_as_a_stream() -> None:
    """Its last event holds the text; nobody is asked twice who answers."""
    (kept,) = conversed(json_object_output, streamed(response(message("{}"))))
    (dropped,) = conversed(json_object_output, streamed(response(message("Rome"))))

    assert isinstance(kept, Exchange)
    assert kept.request.streamed
    assert held("structured.text-is-a-json-object", kept) is PASSED
    assert held("structured.text-is-a-json-object", dropped) is FAILED


@pytest.mark.parametrize(
    ("second", "kept", "named"),
    [
        (came(response(message("{}"))), PASSED, PASSED),
        (came(response(message("Rome"))), FAILED, PASSED),
        (refusal("response_format is not supported"), UNSUPPORTED, PASSED),
        (refusal("Bad request."), OPEN, FAILED),
    ],
)
def test_who_refuses_to_stream_is_asked_without(
    second: Exchange, kept: Outcome, named: Outcome
) -> None:
    """Streams and formats are two capabilities: one refusal is not both."""
    turns = conversed(
        json_object_output, refusal("Streaming is not supported."), second
    )

    assert len(turns) == 2
    assert held("structured.text-is-a-json-object", *turns) is kept
    assert held(NAMED, *turns, probe=1) is named


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
def test_misfits_are_found_where_they_are(value: Json, pointers: list[str]) -> None:
    """Each with a pointer of its own."""
    found = [finding.pointer for finding in misfits(Node(value), probes.SCHEMA)]

    assert found == pointers


def test_the_items_of_an_array_are_looked_at() -> None:
    """Their places are in the pointers."""
    schema = {"type": "array", "items": {"type": "string"}}

    assert [f.pointer for f in misfits(Node(["a", 1]), schema)] == ["/1"]
