"""Status: the valid values, and the fields that have to fit them."""

import pytest

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, check_probe
from tests.contract.sample_responses import (
    INCOMPLETE,
    MESSAGE,
    Json,
    json_response,
    make_request,
    message_output,
    streamed_response,
)

ERROR = "status.error-is-set-exactly-when-failed"
REASON = "status.reason-is-set-exactly-when-incomplete"
TRUNCATED_MESSAGE = "status.truncated-message-is-not-completed"
KNOWN = "status.is-known"
ITEM_STATUS = "status.item-status-is-known"
ITEMS_DONE = "status.completed-response-has-no-unfinished-item"


def _outcome_of_known(status: Json, profile: str) -> Outcome:
    check = UniversalVerdict(Case(catalogue().find(KNOWN), None), profile)
    check.add(json_response(status=status))
    return check.verdict().outcome


@pytest.mark.parametrize(
    ("status", "profile", "outcome"),
    [
        ("completed", "newapi", Outcome.PASSED),
        ("cancelled", "openai", Outcome.PASSED),
        ("cancelled", "newapi", Outcome.FAILED),
        ("Completed", "openai", Outcome.FAILED),
        ("stop", "newapi", Outcome.FAILED),
        (None, "newapi", Outcome.FAILED),
    ],
)
def test_a_profile_accepts_its_own_statuses_only(
    status: Json, profile: str, outcome: Outcome
) -> None:
    """The comparison is exact."""
    assert _outcome_of_known(status, profile) is outcome


@pytest.mark.parametrize(
    ("status", "error", "conforming"),
    [
        ("completed", None, True),
        ("completed", {}, False),
        ("failed", {"code": "x", "message": "No."}, True),
        ("failed", None, False),
        ("failed", "No.", False),
        ("incomplete", None, True),
        ("cancelled", {"code": "x"}, True),
    ],
)
def test_error_is_set_exactly_for_failed_responses(
    status: str, error: Json, *, conforming: bool
) -> None:
    """Only the statuses ``completed`` and ``failed`` are checked."""
    exchange = json_response(status=status, error=error)

    assert (check_exchanges(ERROR, exchange).outcome is Outcome.PASSED) is conforming


@pytest.mark.parametrize(
    ("status", "details", "conforming"),
    [
        ("completed", None, True),
        ("completed", {"reason": None}, True),
        ("completed", {"reason": "max_output_tokens"}, False),
        ("incomplete", {"reason": "content_filter"}, True),
        ("incomplete", {}, False),
        ("incomplete", None, False),
        ("failed", {"reason": "x"}, True),
    ],
)
def test_reason_is_set_exactly_for_incomplete_responses(
    status: str, details: Json, *, conforming: bool
) -> None:
    """Details without a reason are valid in a completed response."""
    exchange = json_response(status=status, incomplete_details=details)

    assert (check_exchanges(REASON, exchange).outcome is Outcome.PASSED) is conforming


def test_a_background_response_may_be_unfinished() -> None:
    """It is returned before it is finished."""
    exchange = json_response(make_request(background=True), status="queued")

    assert check_exchanges("status.is-final", exchange).outcome is Outcome.INCONCLUSIVE


def test_statuses_of_hosted_tool_items_are_not_checked() -> None:
    """These items have more than three statuses."""
    exchange = json_response(
        output=[{"type": "web_search_call", "id": "w", "status": "searching"}]
    )

    for id_ in (ITEM_STATUS, ITEMS_DONE):
        assert check_exchanges(id_, exchange).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        ([{**MESSAGE, "status": "incomplete"}], Outcome.PASSED),
        ([MESSAGE], Outcome.FAILED),
        ([], Outcome.INCONCLUSIVE),
        (message_output(""), Outcome.INCONCLUSIVE),
        ([MESSAGE, {"type": "reasoning", "id": "r"}], Outcome.INCONCLUSIVE),
    ],
)
def test_only_a_truncated_last_message_is_checked(
    output: Json, outcome: Outcome
) -> None:
    """The cap may also end the response before or after a message."""
    assert (
        check_probe(
            TRUNCATED_MESSAGE, json_response(**{**INCOMPLETE, "output": output})
        )
        is outcome
    )


def test_items_of_an_incomplete_response_may_be_unfinished() -> None:
    """Those of a completed response may not."""
    unfinished = [{**MESSAGE, "status": "incomplete"}]
    incomplete = streamed_response(**{**INCOMPLETE, "output": unfinished})

    assert check_exchanges(ITEMS_DONE, incomplete).outcome is Outcome.INCONCLUSIVE
    assert (
        check_exchanges(ITEMS_DONE, json_response(output=unfinished)).outcome
        is Outcome.FAILED
    )
