"""When a response has to be a stream, and whether it arrives while it is generated."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.streaming import delivery
from conformance.model.exchange import SSE_TYPE, Exchange
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import conforming, exchange, response, to_sse
from tests.contract.streaming.sample_exchanges import (
    JSON_HEADERS,
    json_exchange,
    plain_request,
    universal_outcome,
)

Json = Any


@pytest.mark.parametrize("fields", [{}, {"stream": False}, {"stream": None}])
def test_a_stream_that_was_not_requested_fails(fields: Json) -> None:
    """Missing, ``null`` and false mean the same, whatever the media type is."""
    check = delivery.no_stream_unless_requested
    stream = replace(exchange(conforming()), request=plain_request(**fields))
    labeled_json = replace(stream, headers=JSON_HEADERS)
    json = json_exchange(plain_request(**fields), response("completed"))

    assert universal_outcome(check, stream) is Outcome.FAILED
    assert universal_outcome(check, labeled_json) is Outcome.FAILED
    assert universal_outcome(check, json) is Outcome.PASSED


def test_a_stream_that_may_have_been_requested_is_not_checked() -> None:
    """By ``stream: true``, an ``Accept`` header, or a body that is not understood."""
    check = delivery.no_stream_unless_requested
    stream = exchange(conforming())
    ambiguous = [
        plain_request(stream=1),
        plain_request(stream="yes"),
        Request(b"{"),
        plain_request(headers={"Accept": SSE_TYPE}),
    ]

    assert universal_outcome(check, stream) is Outcome.INCONCLUSIVE
    for request in ambiguous:
        changed = replace(stream, request=request)
        assert universal_outcome(check, changed) is Outcome.INCONCLUSIVE


def test_a_json_response_to_stream_true_fails() -> None:
    """A rejection is not checked here."""
    check = delivery.stream_true_returns_a_stream
    request = plain_request(stream=True)
    json = json_exchange(request, response("completed"))
    rejection = json_exchange(request, {"error": {"message": "no stream"}}, 400)

    assert universal_outcome(check, json) is Outcome.FAILED
    assert universal_outcome(check, exchange(conforming())) is Outcome.PASSED
    assert universal_outcome(check, rejection) is Outcome.INCONCLUSIVE


def timed_stream(first: float, last: float, deltas: int = 30) -> Exchange:
    """Return a stream whose deltas arrive evenly between two times, in seconds."""
    events = [e for e in conforming() if e["type"] == "response.output_text.delta"]
    body, chunks = b"", list[tuple[float, int]]()
    for number in range(deltas):
        body += to_sse(events[:1])
        at = first + (last - first) * number / max(deltas - 1, 1)
        chunks.append((at, len(body)))
    return exchange(body, chunks=tuple(chunks))


@pytest.mark.parametrize(
    ("streams", "outcome"),
    [
        ([timed_stream(3.0, 3.01)], Outcome.FAILED),
        ([timed_stream(3.0, 3.01), timed_stream(8.0, 8.0)], Outcome.FAILED),
        ([timed_stream(3.0, 3.01), timed_stream(1.0, 4.0)], Outcome.PASSED),
        ([timed_stream(0.2, 3.0)], Outcome.PASSED),
        ([timed_stream(3.0, 3.099)], Outcome.FAILED),
        ([timed_stream(3.0, 3.101)], Outcome.PASSED),
        ([timed_stream(1.046, 1.1)], Outcome.FAILED),
        ([timed_stream(1.044, 1.1)], Outcome.PASSED),
        ([timed_stream(1.0, 1.0)], Outcome.FAILED),
        ([timed_stream(0.999, 0.999)], Outcome.PASSED),
        ([timed_stream(0.001, 0.004)], Outcome.PASSED),
        ([timed_stream(3.0, 3.0, deltas=20)], Outcome.FAILED),
        ([timed_stream(3.0, 3.0, deltas=19)], Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
)
def test_a_buffered_stream_fails(streams: Sequence[Exchange], outcome: Outcome) -> None:
    """Only a burst after a long wait fails, and only if no stream was gradual.

    Long is 1 s and 20 deltas. A burst takes 0.1 s and 5 % of the time at most.
    """
    check = delivery.long_response_is_not_buffered
    assert universal_outcome(check, *streams) is outcome


def test_the_pace_of_a_disconnected_stream_is_not_checked() -> None:
    """The client read only its first events, which may arrive at once."""
    stream = timed_stream(3.0, 3.0)
    request = replace(stream.request, disconnect_after=5)
    disconnected = replace(stream, request=request)
    check = delivery.long_response_is_not_buffered
    assert universal_outcome(check, disconnected) is Outcome.INCONCLUSIVE
