"""Bodies: each transport failure fails one requirement; encoding and JSON."""

import pytest

from conformance.model.exchange import FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import REQUEST, check_exchanges, make_exchange

GETS_A_RESPONSE = "transport.every-request-gets-a-response"
REPORTED_BY = {
    FailureKind.TRUNCATED: "transport.body-is-complete",
    FailureKind.PROTOCOL: "transport.body-is-complete",
    FailureKind.TOO_LARGE: "transport.body-is-finite",
    FailureKind.ENCODING: "transport.body-matches-content-encoding",
}
CLIENT_FAILURES = {FailureKind.TIMEOUT, FailureKind.CONNECT, FailureKind.UNSENT}
REQUIREMENTS = (GETS_A_RESPONSE, *dict.fromkeys(REPORTED_BY.values()))


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_after_the_status_fails_one_requirement(kind: FailureKind) -> None:
    """Timeouts and failed connections fail none."""
    exchange = make_exchange(b"", 200, failure=TransportFailure(kind))
    failed = [
        id_
        for id_ in REQUIREMENTS
        if check_exchanges(id_, exchange).outcome is Outcome.FAILED
    ]

    assert failed == ([REPORTED_BY[kind]] if kind in REPORTED_BY else [])


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_before_the_status_fails_no_requirement_on_bodies(
    kind: FailureKind,
) -> None:
    """Timeouts and failed connections fail none at all."""
    exchange = make_exchange(b"", 0, failure=TransportFailure(kind))
    failed = [
        id_
        for id_ in REQUIREMENTS
        if check_exchanges(id_, exchange).outcome is Outcome.FAILED
    ]

    assert failed == ([] if kind in CLIENT_FAILURES else [GETS_A_RESPONSE])


def test_character_truncated_by_an_early_disconnect_is_inconclusive() -> None:
    """The client may close the connection inside a character."""
    request = Request(REQUEST.content, disconnect_after=1)
    headers = (("content-type", "text/event-stream"),)
    body = 'data: {"type":"response.created"}\n\ndata: é'.encode()[:-1]
    by_client = make_exchange(body, request=request, headers=headers)
    by_server = make_exchange(body, headers=headers)

    assert (
        check_exchanges("transport.body-is-utf-8", by_server).outcome is Outcome.FAILED
    )
    assert (
        check_exchanges("transport.body-is-utf-8", by_client).outcome
        is Outcome.INCONCLUSIVE
    )


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b' {"error": {"message": "m"}}\r\n\n', Outcome.PASSED),
        (b'{"error": {}}{"error": {}}', Outcome.FAILED),
        (b'{"error": {}} trailing', Outcome.FAILED),
        (b'{"error": ', Outcome.INCONCLUSIVE),
        (b"", Outcome.INCONCLUSIVE),
        (b'{"error": {"message": "\xe9"}}', Outcome.INCONCLUSIVE),
    ],
)
def test_only_white_space_may_follow_a_value(body: bytes, outcome: Outcome) -> None:
    """Invalid JSON is reported by other requirements."""
    verdict = check_exchanges(
        "transport.json-body-has-one-value", make_exchange(body, 400)
    )

    assert verdict.outcome is outcome
