"""Unknown ids: what shows that a second key can read the first key's conversation."""

import pytest

from conformance.contract.state import probes
from conformance.model.exchange import Exchange
from conformance.model.verdict import Outcome
from tests.contract.run_probe import SETTING, conversed, held, message, response
from tests.contract.sample_errors import came, refusal

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
INCONCLUSIVE = Outcome.INCONCLUSIVE


def text_response(text: str = "Hello", read: int = 80) -> Exchange:
    """Return a response with a text and ``read`` prompt tokens."""
    return came(response(message(text), read=read))


@pytest.mark.parametrize(
    ("continued", "outcome"),
    [
        (refusal("not found", 404), PASSED),
        (refusal("forbidden", 403), PASSED),
        (refusal("who are you?", 401), INCONCLUSIVE),
        (text_response("I do not know.", read=20), PASSED),
        (text_response("I do not know.", read=120), FAILED),
        (text_response(f"It was {SETTING.word('foreign')}.", read=20), FAILED),
        (text_response("I do not know.", read=80), INCONCLUSIVE),
    ],
)
def test_another_key_may_get_a_response_without_the_context(
    continued: Exchange, outcome: Outcome
) -> None:
    """The word, or more prompt tokens than the first key's request had, is a leak."""
    turns = conversed(
        probes.other_users_conversation,
        text_response(),
        continued,
        refusal("no", 404),
    )

    assert held("state.conversation-is-private-to-its-key", *turns) is outcome


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (refusal("not found", 404), PASSED),
        (came(b"<html>the application</html>"), PASSED),
        (came({"id": "resp_1"}), FAILED),
        (refusal("who are you?", 401), INCONCLUSIVE),
        (refusal("oops", 500), INCONCLUSIVE),
    ],
)
def test_fetching_with_another_key_must_not_return_the_response(
    fetched: Exchange, outcome: Outcome
) -> None:
    """A web page that is returned for every path passes."""
    turns = conversed(
        probes.other_users_conversation,
        text_response(),
        refusal("no", 404),
        fetched,
    )

    assert held("state.response-is-private-to-its-key", *turns) is outcome
