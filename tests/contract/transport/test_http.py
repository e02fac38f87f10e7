"""Responses: failures of the client are not reported, and redirects are."""

import pytest

from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges, error_response, make_exchange

GETS_A_RESPONSE = "transport.every-request-gets-a-response"


@pytest.mark.parametrize(
    ("length", "outcome"),
    [(100_000, Outcome.FAILED), (1_000_000, Outcome.INCONCLUSIVE)],
)
def test_connection_closed_during_a_large_request_is_inconclusive(
    length: int, outcome: Outcome
) -> None:
    """The server may have rejected the body unread, and its response is lost."""
    large = Request.of({"model": "m", "input": "x" * length})
    failure = TransportFailure(FailureKind.TRUNCATED)
    exchange = make_exchange(b"", 0, request=large, failure=failure)

    assert check_exchanges(GETS_A_RESPONSE, exchange).outcome is outcome


def test_finding_about_a_redirect_contains_its_location() -> None:
    """The reader sees where a client would send the key."""
    exchange = make_exchange(
        b"", 308, headers=(("location", "https://elsewhere.example/"),)
    )
    verdict = check_exchanges("transport.no-redirect", exchange)

    assert verdict.outcome is Outcome.FAILED
    assert verdict.findings[0].got == '308 to "https://elsewhere.example/"'


def test_finding_about_a_redirect_reports_a_missing_location() -> None:
    """The status alone is a finding."""
    verdict = check_exchanges("transport.no-redirect", make_exchange(b"", 301))

    assert verdict.findings[0].got == "301 without Location"


@pytest.mark.parametrize(
    ("size", "outcome"), [(262_144, Outcome.FAILED), (262_145, Outcome.INCONCLUSIVE)]
)
def test_a_request_body_of_more_than_256_kib_is_large(
    size: int, outcome: Outcome
) -> None:
    """The size of the JSON document counts."""
    failure = TransportFailure(FailureKind.TRUNCATED)
    request = Request(b"x" * size)
    exchange = make_exchange(b"", 0, request=request, failure=failure)

    assert check_exchanges(GETS_A_RESPONSE, exchange).outcome is outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (299, Outcome.INCONCLUSIVE),
        (300, Outcome.FAILED),
        (399, Outcome.FAILED),
        (400, Outcome.PASSED),
    ],
)
def test_every_3xx_is_a_redirect(status: int, outcome: Outcome) -> None:
    """A 2xx without a response object shows nothing."""
    exchange = error_response("No.", status)

    assert check_exchanges("transport.no-redirect", exchange).outcome is outcome
