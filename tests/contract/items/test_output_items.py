"""Output items: which fields are required, and which values are unusual but valid."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges
from tests.contract.sample_responses import (
    CALL,
    MESSAGE,
    PART,
    Json,
    json_response,
    make_request,
    streamed_response,
)

IDS_ACROSS_RESPONSES = "items.ids-differ-between-responses"


def _message(**fields: Json) -> list[Json]:
    return [{**MESSAGE, **fields}]


@pytest.mark.parametrize(
    ("id_", "output"),
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
def test_an_invalid_item_fails_in_json_and_in_a_stream(id_: str, output: Json) -> None:
    """In a stream, the last snapshot is checked."""
    assert check_exchanges(id_, json_response(output=output)).outcome is Outcome.FAILED
    assert (
        check_exchanges(id_, streamed_response(output=output)).outcome is Outcome.FAILED
    )


def test_refusal_parts_need_no_text_or_annotations() -> None:
    """Only ``output_text`` parts are checked."""
    exchange = json_response(
        output=_message(content=[{"type": "refusal", "refusal": "No."}])
    )

    for id_ in ("items.text-is-a-string", "items.annotations-are-an-array"):
        assert check_exchanges(id_, exchange).outcome is Outcome.PASSED


def test_a_message_without_id_is_not_checked_with_other_items() -> None:
    """Another requirement checks the ids of messages."""
    exchange = json_response(output=_message(id=None))

    assert (
        check_exchanges("items.other-items-have-an-id", exchange).outcome
        is Outcome.INCONCLUSIVE
    )


def test_only_responses_to_the_same_prompt_may_share_item_ids() -> None:
    """A cache returns the same items; one prompt alone is inconclusive."""
    other_id = json_response(
        make_request("Another prompt."), output=_message(id="msg_2")
    )
    same_id = json_response(make_request("Another prompt."))
    passing = check_exchanges(
        IDS_ACROSS_RESPONSES, json_response(), streamed_response(), other_id
    )

    assert passing.outcome is Outcome.PASSED
    assert (
        check_exchanges(IDS_ACROSS_RESPONSES, json_response(), same_id).outcome
        is Outcome.FAILED
    )
    assert (
        check_exchanges(
            IDS_ACROSS_RESPONSES, json_response(), streamed_response()
        ).outcome
        is Outcome.INCONCLUSIVE
    )


def test_empty_output_is_inconclusive_about_items() -> None:
    """A check that found nothing to check never passes."""
    exchange = json_response(output=[])

    assert (
        check_exchanges("items.have-a-type", exchange).outcome is Outcome.INCONCLUSIVE
    )
