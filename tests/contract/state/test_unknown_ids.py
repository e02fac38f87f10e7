"""Unknown ids: what shows that a second key can read the first key's conversation."""

import pytest

from conformance.contract.state import probes
from conformance.model.exchange import Exchange
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    CONTEXT,
    message,
    outcome_on_turns,
    response,
    run_probe,
)
from tests.contract.sample_errors import error_response, make_exchange

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE = Outcome.INCONCLUSIVE


def text_response(text: str = "Hello", read: int = 80) -> Exchange:
    """Return a response with a text and ``read`` prompt tokens."""
    return make_exchange(response(message(text), read=read))


@pytest.mark.parametrize(
    ("continued", "outcome"),
    [
        (error_response("not found", 404), PASSED),
        (error_response("forbidden", 403), PASSED),
        (error_response("who are you?", 401), INCONCLUSIVE),
        (text_response("I do not know.", read=20), PASSED),
        (text_response("I do not know.", read=120), FAILED),
        (text_response(f"It was {CONTEXT.word('foreign')}.", read=20), FAILED),
        (text_response("I do not know.", read=80), INCONCLUSIVE),
    ],
)
def test_another_key_may_get_a_response_without_the_context(
    continued: Exchange, outcome: Outcome
) -> None:
    """The word, or more prompt tokens than the first key's request had, is a leak."""
    turns = run_probe(
        probes.other_users_conversation,
        text_response(),
        continued,
        error_response("no", 404),
    )

    assert (
        outcome_on_turns("state.conversation-is-private-to-its-key", *turns) is outcome
    )


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (error_response("not found", 404), PASSED),
        (make_exchange(b"<html>the application</html>"), PASSED),
        (make_exchange({"id": "resp_1"}), FAILED),
        (error_response("who are you?", 401), INCONCLUSIVE),
        (error_response("oops", 500), INCONCLUSIVE),
    ],
)
def test_fetching_with_another_key_must_not_return_the_response(
    fetched: Exchange, outcome: Outcome
) -> None:
    """A web page that is returned for every path passes."""
    turns = run_probe(
        probes.other_users_conversation,
        text_response(),
        error_response("no", 404),
        fetched,
    )

    assert outcome_on_turns("state.response-is-private-to-its-key", *turns) is outcome
