"""Rejected streams, headers for proxies, failing streams, and early disconnects."""

from contextlib import suppress
from dataclasses import replace

import pytest

from conformance.contract.streaming import disconnects
from conformance.contract.streaming.probes import early_disconnect, refused_streams
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import conforming, exchange, response, to_sse
from tests.contract.streaming.sample_exchanges import (
    CONTEXT,
    completed_response,
    json_exchange,
    plain_request,
    probe_outcome,
    universal_outcome,
)


def disconnect_turns(following: Exchange) -> tuple[Exchange, tuple[Exchange]]:
    """Return the first two turns of the probe ``early_disconnect``."""
    request = next(early_disconnect.steps(CONTEXT))
    assert isinstance(request, Request)
    stream = replace(exchange(conforming()[:6]), request=request)
    return stream, (following,)


def test_the_probe_disconnects_early() -> None:
    """The client closes the connection after five events; the body does not say so."""
    stream, _ = disconnect_turns(Exchange(plain_request(), 200))

    assert stream.request.disconnect_after == 5
    assert set(stream.request.json) == {"model", "input", "stream", "max_output_tokens"}


@pytest.mark.parametrize(
    ("following", "outcome"),
    [
        (json_exchange(plain_request(), completed_response("Hello")), Outcome.PASSED),
        (
            Exchange(plain_request(), failure=TransportFailure(FailureKind.TRUNCATED)),
            Outcome.FAILED,
        ),
        (
            Exchange(plain_request(), failure=TransportFailure(FailureKind.CONNECT)),
            Outcome.FAILED,
        ),
        (
            Exchange(plain_request(), failure=TransportFailure(FailureKind.TIMEOUT)),
            Outcome.INCONCLUSIVE,
        ),
        (Exchange(plain_request(), 502), Outcome.FAILED),
        (Exchange(plain_request(), 200), Outcome.INCONCLUSIVE),
        (Exchange(plain_request(), 429), Outcome.INCONCLUSIVE),
        (json_exchange(plain_request(), {"error": {}}, 403), Outcome.INCONCLUSIVE),
    ],
)
def test_a_failure_after_each_of_two_disconnects_fails(
    following: Exchange, outcome: Outcome
) -> None:
    """A 5xx or a closed connection fails; other responses are inconclusive."""
    stream, following_turn = disconnect_turns(following)
    turns = (stream, following_turn, (stream,), following_turn)
    check = disconnects.disconnect_does_not_break_next_request
    assert probe_outcome(check, *turns) is outcome


def test_a_failure_after_one_of_two_disconnects_is_inconclusive() -> None:
    """The gateway may have lost its upstream connection at that moment."""
    stream, server_error = disconnect_turns(Exchange(plain_request(), 500))
    hello = (json_exchange(plain_request(), completed_response("Hello")),)
    turns = (stream, server_error, (stream,), hello)

    check = disconnects.disconnect_does_not_break_next_request
    assert probe_outcome(check, *turns) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("following", "repeated_turns"),
    [
        (json_exchange(plain_request(), completed_response("Hello")), 0),
        (Exchange(plain_request(), 502), 2),
    ],
)
def test_the_disconnect_is_repeated_only_after_a_server_error(
    following: Exchange, repeated_turns: int
) -> None:
    """A conforming server gets no more requests than planned."""
    steps = early_disconnect.steps(CONTEXT)
    next(steps)
    steps.send(following)
    turns = 0
    with suppress(StopIteration):
        while steps.send((following,)):
            turns += 1
    assert turns == repeated_turns


def test_text_of_the_stream_in_the_next_response_fails() -> None:
    """The word is random and occurs only in the prompt of the stream."""
    check = disconnects.disconnect_leaks_no_text
    word = CONTEXT.word("left-behind")

    def turns(text: str) -> tuple[Exchange, tuple[Exchange]]:
        body = completed_response(text)
        return disconnect_turns(json_exchange(plain_request(), body))

    assert probe_outcome(check, *turns("Hello")) is Outcome.PASSED
    assert probe_outcome(check, *turns(f"Hello {word}")) is Outcome.FAILED
    assert probe_outcome(check, *turns("")) is Outcome.INCONCLUSIVE


def rejected_turn(*exchanges: Exchange) -> tuple[Exchange, ...]:
    """Return the turn of the probe ``refused_streams``, with its requests."""
    requests = next(refused_streams.steps(CONTEXT))
    assert isinstance(requests, tuple)
    assert len(requests) == len(exchanges) == refused_streams.rejections
    pairs = zip(requests, exchanges, strict=True)
    return tuple(replace(each, request=request) for request, each in pairs)


def test_an_error_inside_a_200_stream_fails() -> None:
    """With or without a type; accepting the requests is not checked."""
    check = disconnects.refused_request_gets_a_4xx
    error = {"error": {"message": "no"}}
    rejected = json_exchange(plain_request(), error, 400)
    accepted = exchange(conforming())
    typed = exchange([{"type": "error", "message": "no"}])
    untyped = exchange(b'data: {"error": {"message": "no"}}\n\n')
    failed = exchange([{"type": "response.failed", "response": response("failed")}])

    def outcome(*exchanges: Exchange) -> Outcome:
        return probe_outcome(check, rejected_turn(*exchanges))

    assert outcome(rejected, rejected) is Outcome.PASSED
    assert outcome(accepted, rejected) is Outcome.PASSED
    assert outcome(accepted, accepted) is Outcome.INCONCLUSIVE
    for stream in (typed, untyped, failed):
        assert outcome(rejected, stream) is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "value", "outcome"),
    [
        ("x-accel-buffering", "no", Outcome.PASSED),
        ("cache-control", "no-cache", Outcome.PASSED),
        ("cache-control", "no-transform", Outcome.PASSED),
        ("cache-control", "private", Outcome.FAILED),
        ("x-request-id", "1", Outcome.FAILED),
    ],
)
def test_one_header_against_buffering_is_enough(
    name: str, value: str, outcome: Outcome
) -> None:
    """Either ``X-Accel-Buffering`` or ``Cache-Control`` passes."""
    stream = exchange(conforming())
    with_header = replace(stream, headers=(*stream.headers, (name, value)))

    check = disconnects.disables_proxy_buffering
    assert universal_outcome(check, with_header) is outcome


def test_a_missing_done_marker_fails_in_the_profile_that_requires_it() -> None:
    """The marker is the last frame; a stream without a terminal event is skipped."""
    check = disconnects.ends_with_done_marker
    marked = exchange(to_sse(conforming()) + b"data: [DONE]\n\n")

    assert check.requirement.profiles == {"openresponses"}
    assert universal_outcome(check, marked) is Outcome.PASSED
    assert universal_outcome(check, exchange(conforming())) is Outcome.FAILED
    assert universal_outcome(check, exchange(conforming()[:4])) is Outcome.INCONCLUSIVE


ERROR = to_sse([{"type": "error", "code": "server_error", "message": "No."}])
COMPLETED = to_sse(conforming())


@pytest.mark.parametrize(
    ("streams", "outcome"),
    [
        ((ERROR, ERROR, ERROR), Outcome.FAILED),
        ((ERROR, ERROR), Outcome.INCONCLUSIVE),
        ((ERROR, ERROR, ERROR, COMPLETED), Outcome.PASSED),
        ((COMPLETED,), Outcome.PASSED),
    ],
)
def test_three_streams_that_are_all_errors_fail(
    streams: tuple[bytes, ...], outcome: Outcome
) -> None:
    """Fewer may fail by coincidence, and one response shows that streams can work."""
    exchanges = [exchange(body) for body in streams]

    assert universal_outcome(disconnects.not_every_stream_fails, *exchanges) is outcome
