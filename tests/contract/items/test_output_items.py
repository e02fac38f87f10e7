"""Output items: what has to be there, and what may be odd."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import universal
from tests.contract.sample_responses import (
    CALL,
    MESSAGE,
    PART,
    Json,
    answer,
    asking,
    stream,
)

NEW = "items.ids-differ-between-responses"


def _message(**members: Json) -> list[Json]:
    return [{**MESSAGE, **members}]


@pytest.mark.parametrize(
    ("clause", "output"),
    [
        ("items.have-a-type", [{**MESSAGE, "type": None}]),
        ("items.have-a-type", ["Hello"]),
        ("items.messages-have-an-id", _message(id=None)),
        ("items.messages-have-an-id", _message(id="")),
        ("items.other-items-have-an-id", [{**CALL, "id": None}]),
        ("items.ids-differ-within-a-response", [CALL, CALL]),
        ("items.messages-have-a-status", _message(status=None)),
        ("items.message-role-is-assistant", _message(role="Assistant")),
        ("items.content-is-an-array", _message(content="Hello")),
        ("items.content-is-an-array", _message(content=None)),
        ("items.parts-have-a-type", _message(content=["Hello"])),
        ("items.text-is-in-output-text-parts", _message(content=[{"type": "text"}])),
        ("items.text-is-a-string", _message(content=[{**PART, "text": None}])),
        ("items.text-is-a-string", _message(content=[{"type": "output_text"}])),
        (
            "items.annotations-are-an-array",
            _message(content=[{**PART, "annotations": None}]),
        ),
    ],
)
def test_a_broken_item_is_blamed_in_both_modes(clause: str, output: Json) -> None:
    """As JSON, and in the last snapshot of a stream."""
    assert universal(clause, answer(output=output)).outcome is Outcome.FAILED
    assert universal(clause, stream(output=output)).outcome is Outcome.FAILED


def test_a_refusal_needs_no_text() -> None:
    """Parts of other types are their own business."""
    told = answer(output=_message(content=[{"type": "refusal", "refusal": "No."}]))

    for clause in ("text-is-a-string", "annotations-are-an-array"):
        assert universal(f"items.{clause}", told).outcome is Outcome.PASSED


def test_a_message_is_not_asked_for_an_id_twice() -> None:
    """It has a clause of its own, and so is nothing for the other."""
    told = answer(output=_message(id=None))

    assert (
        universal("items.other-items-have-an-id", told).outcome is Outcome.INCONCLUSIVE
    )


def test_the_same_question_may_have_the_same_items() -> None:
    """A cache keeps items as well; another question has to have others."""
    other = answer(asking("Another question."), output=_message(id="msg_2"))
    mixed = answer(asking("Another question."))

    assert universal(NEW, answer(), stream(), other).outcome is Outcome.PASSED
    assert universal(NEW, answer(), mixed).outcome is Outcome.FAILED
    assert universal(NEW, answer(), stream()).outcome is Outcome.INCONCLUSIVE


def test_an_empty_output_shows_nothing_about_items() -> None:
    """Nothing is never a pass."""
    told = answer(output=[])

    assert universal("items.have-a-type", told).outcome is Outcome.INCONCLUSIVE
