"""Requests: forms of ``input`` that are accepted."""

from conformance.contract.requests import probes
from conformance.model.verdict import Outcome
from tests.contract.requests.sample_exchanges import REJECTED, verdict_of


def test_form_is_inconclusive_if_a_plain_message_is_rejected() -> None:
    """A conversation with a developer message also contains a plain message."""
    turns = (REJECTED, (REJECTED,) * len(probes.MESSAGE_FORMS))

    plain = verdict_of("message-array-is-accepted", *turns)
    developer = verdict_of("developer-message-is-accepted", *turns)

    assert plain.outcome is Outcome.FAILED
    assert developer.outcome is Outcome.INCONCLUSIVE
