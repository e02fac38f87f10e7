"""Authentication failures: status and challenge."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, check_probe, error_response


@pytest.mark.parametrize(
    ("status", "is_401_or_403", "is_401"),
    [
        (401, Outcome.PASSED, Outcome.PASSED),
        (403, Outcome.PASSED, Outcome.FAILED),
        (400, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (299, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
        (300, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (302, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (499, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (500, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
    ],
)
def test_each_status_fails_at_most_one_requirement(
    status: int, is_401_or_403: Outcome, is_401: Outcome
) -> None:
    """A 403 still tells the client that the key is the problem, a 400 does not."""
    exchange = error_response("No.", status)

    assert check_probe("auth.failure-returns-401-or-403", exchange) is is_401_or_403
    assert check_probe("auth.failure-returns-401", exchange) is is_401


def test_bearer_among_other_challenges_passes() -> None:
    """One header may contain several challenges, in any case."""
    headers = (("www-authenticate", 'Basic realm="x", bearer error="invalid_token"'),)
    exchange = error_response("No.", 401, headers=headers)

    verdict = check_exchanges("auth.challenge-names-the-scheme", exchange)

    assert verdict.outcome is Outcome.PASSED
