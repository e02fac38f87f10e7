"""Statuses: the words, and what has to go with each."""

import pytest

from conformance.contract.catalogue import catalogue
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import on_probe, universal
from tests.contract.sample_responses import (
    CUT,
    MESSAGE,
    Json,
    answer,
    asking,
    saying,
    stream,
)

ERROR = "status.error-is-set-exactly-when-failed"
REASON = "status.reason-is-set-exactly-when-incomplete"
CUT_ITEM = "status.truncated-message-is-not-completed"
KNOWN = "status.is-known"


def _known(status: Json, profile: str) -> Outcome:
    tally = UniversalVerdict(Case(catalogue().find(KNOWN), None), profile)
    tally.add(answer(status=status))
    return tally.verdict().outcome


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
def test_each_profile_has_its_words(
    status: Json, profile: str, outcome: Outcome
) -> None:
    """To the letter."""
    assert _known(status, profile) is outcome


@pytest.mark.parametrize(
    ("status", "error", "sound"),
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
def test_an_error_goes_with_a_failure(status: str, error: Json, *, sound: bool) -> None:
    """Only the two plain ends are judged."""
    told = answer(status=status, error=error)

    assert (universal(ERROR, told).outcome is Outcome.PASSED) is sound


@pytest.mark.parametrize(
    ("status", "details", "sound"),
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
def test_a_reason_goes_with_a_cut(status: str, details: Json, *, sound: bool) -> None:
    """Details that say nothing harm nobody."""
    told = answer(status=status, incomplete_details=details)

    assert (universal(REASON, told).outcome is Outcome.PASSED) is sound


def test_a_response_made_in_the_background_may_go_on() -> None:
    """It is answered before its end."""
    told = answer(asking(background=True), status="queued")

    assert universal("status.is-final", told).outcome is (Outcome.INCONCLUSIVE)


def test_a_hosted_tool_has_words_of_its_own() -> None:
    """Their items go through more than three states."""
    told = answer(
        output=[{"type": "web_search_call", "id": "w", "status": "searching"}]
    )

    for clause in ("of-an-item-is-known", "items-of-a-completed-response-are-done"):
        assert universal(f"status.{clause}", told).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("output", "outcome"),
    [
        ([{**MESSAGE, "status": "incomplete"}], Outcome.PASSED),
        ([MESSAGE], Outcome.FAILED),
        ([], Outcome.INCONCLUSIVE),
        (saying(""), Outcome.INCONCLUSIVE),
        ([MESSAGE, {"type": "reasoning", "id": "r"}], Outcome.INCONCLUSIVE),
    ],
)
def test_only_the_message_that_was_cut_is_judged(
    output: Json, outcome: Outcome
) -> None:
    """The cap may fall before a message, or behind it."""
    assert on_probe(CUT_ITEM, answer(**{**CUT, "output": output})) is outcome


def test_items_of_a_cut_response_may_be_unfinished() -> None:
    """That is what the word is for."""
    unfinished = [{**MESSAGE, "status": "incomplete"}]
    clause = "status.completed-response-has-no-unfinished-item"
    cut = {**CUT, "output": unfinished}

    assert universal(clause, stream(**cut)).outcome is Outcome.INCONCLUSIVE
    assert universal(clause, answer(output=unfinished)).outcome is Outcome.FAILED
