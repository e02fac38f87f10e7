"""Clauses of streaming: when it is asked for, how it arrives, who left early."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.streaming import delivery, disconnects
from conformance.contract.streaming.probes import early_disconnect, refused_streams
from conformance.judge.universal_checks import UniversalVerdict, evaluate
from conformance.model.case import Case
from conformance.model.check import Check
from conformance.model.exchange import SSE_TYPE, Exchange, FailureKind, TransportFailure
from conformance.model.probe import ProbeContext, ProbeResult
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from tests.contract.sample_streams import (
    conforming,
    exchange,
    message,
    response,
    written,
)

Json = Any

JSON = (("content-type", "application/json"),)
SETTING = ProbeContext("m")


def answer(request: Request, body: Json, status: int = 200) -> Exchange:
    """Return the exchange that brought a JSON body."""
    content = Request.of(body).content
    return Exchange(request, status, JSON, content, id="x-0002")


def says(*parts: str) -> Json:
    """Return a completed response of one message."""
    return response("completed", [message("completed", *parts)])


def told(check: Check, *exchanges: Exchange) -> Outcome:
    """Judge a universal check on some exchanges."""
    tally = UniversalVerdict(Case(check, None), "newapi")
    for one in exchanges:
        tally.add(one)
    return tally.verdict().outcome


def held(check: Check, *turns: ProbeResult) -> Outcome:
    """Judge a check on the conversation of its only probe."""
    (probe,) = check.probes
    return evaluate(Case(check, probe), turns, "newapi").outcome


def asks(**members: Json) -> Request:
    """Return a plain question with some more members."""
    return SETTING.request(**members)


@pytest.mark.parametrize("members", [{}, {"stream": False}, {"stream": None}])
def test_an_unasked_stream_is_blamed(members: Json) -> None:
    """Absent, null and false mean the same; the media type alone is no excuse."""
    check = delivery.no_stream_unless_requested
    came = replace(exchange(conforming()), request=asks(**members))
    unlabelled = replace(came, headers=JSON)
    plain = answer(asks(**members), response("completed"))

    assert told(check, came) is Outcome.FAILED
    assert told(check, unlabelled) is Outcome.FAILED
    assert told(check, plain) is Outcome.PASSED


def test_a_stream_for_which_somebody_asked_is_not_blamed() -> None:
    """By the member, by an Accept header, or in a way that we cannot read."""
    check = delivery.no_stream_unless_requested
    came = exchange(conforming())
    accepting = asks(headers={"Accept": SSE_TYPE})
    odd = [asks(stream=1), asks(stream="yes"), Request(b"{"), accepting]

    assert told(check, came) is Outcome.INCONCLUSIVE
    for request in odd:
        one = replace(came, request=request)
        assert told(check, one) is Outcome.INCONCLUSIVE


def test_one_object_for_a_stream_is_blamed() -> None:
    """The flag was lost; a refusal is judged elsewhere."""
    check = delivery.stream_true_returns_a_stream
    asked = asks(stream=True)
    refusal = answer(asked, {"error": {"message": "no stream"}}, 400)

    assert told(check, answer(asked, response("completed"))) is Outcome.FAILED
    assert told(check, exchange(conforming())) is Outcome.PASSED
    assert told(check, refusal) is Outcome.INCONCLUSIVE


def paced(first: float, last: float, deltas: int = 30) -> Exchange:
    """Return a stream whose events arrive evenly between two times, in seconds."""
    events = [e for e in conforming() if e["type"] == "response.output_text.delta"]
    body, chunks = b"", list[tuple[float, int]]()
    for number in range(deltas):
        body += written(events[:1])
        at = first + (last - first) * number / max(deltas - 1, 1)
        chunks.append((at, len(body)))
    return exchange(body, chunks=tuple(chunks))


@pytest.mark.parametrize(
    ("streams", "outcome"),
    [
        ([paced(3.0, 3.01)], Outcome.FAILED),
        ([paced(3.0, 3.01), paced(8.0, 8.0)], Outcome.FAILED),
        ([paced(3.0, 3.01), paced(1.0, 4.0)], Outcome.PASSED),
        ([paced(0.2, 3.0)], Outcome.PASSED),
        ([paced(3.0, 3.2)], Outcome.PASSED),
        ([paced(1.1, 1.17)], Outcome.PASSED),
        ([paced(0.9, 0.9)], Outcome.PASSED),
        ([paced(0.001, 0.004)], Outcome.PASSED),
        ([paced(3.0, 3.0, deltas=5)], Outcome.INCONCLUSIVE),
        ([], Outcome.INCONCLUSIVE),
    ],
)
def test_a_held_back_stream_is_blamed(
    streams: Sequence[Exchange], outcome: Outcome
) -> None:
    """Only a long wait that ends in one burst, and only if none came otherwise."""
    assert told(delivery.long_response_is_not_buffered, *streams) is outcome


def test_a_stream_that_we_left_says_nothing_of_its_pace() -> None:
    """We closed the connection: what we heard may have come at once."""
    left = paced(3.0, 3.0)
    asked = replace(left.request, disconnect_after=5)
    one = replace(left, request=asked)
    check = delivery.long_response_is_not_buffered
    assert told(check, one) is Outcome.INCONCLUSIVE


def left_and(after: Exchange) -> tuple[Exchange, tuple[Exchange]]:
    """Return the turns of the probe ``early_disconnect``, the last of them given."""
    asked = next(early_disconnect.steps(SETTING))
    assert isinstance(asked, Request)
    left = replace(exchange(conforming()[:6]), request=asked)
    return left, (after,)


@pytest.mark.parametrize(
    ("after", "outcome"),
    [
        (answer(asks(), says("Hello")), Outcome.PASSED),
        (
            Exchange(asks(), failure=TransportFailure(FailureKind.TRUNCATED)),
            Outcome.FAILED,
        ),
        (
            Exchange(asks(), failure=TransportFailure(FailureKind.CONNECT)),
            Outcome.FAILED,
        ),
        (
            Exchange(asks(), failure=TransportFailure(FailureKind.TIMEOUT)),
            Outcome.INCONCLUSIVE,
        ),
        (Exchange(asks(), 502), Outcome.FAILED),
        (Exchange(asks(), 200), Outcome.INCONCLUSIVE),
        (Exchange(asks(), 429), Outcome.INCONCLUSIVE),
        (answer(asks(), {"error": {}}, 403), Outcome.INCONCLUSIVE),
    ],
)
def test_a_server_that_a_hang_up_hurts_is_blamed(
    after: Exchange, outcome: Outcome
) -> None:
    """By its next answer, or the lack of one, after two hang-ups."""
    left, following = left_and(after)
    turns = (left, following, (left,), following)
    assert held(disconnects.disconnect_does_not_break_next_request, *turns) is outcome


def test_a_breakdown_after_one_hang_up_of_two_may_be_bad_luck() -> None:
    """A gateway's connection to its upstream may have closed just then."""
    left, broken_down = left_and(Exchange(asks(), 500))
    well = (answer(asks(), says("Hello")),)
    turns = (left, broken_down, (left,), well)

    check = disconnects.disconnect_does_not_break_next_request
    assert held(check, *turns) is Outcome.INCONCLUSIVE


def test_a_hang_up_is_tried_again_only_after_a_breakdown() -> None:
    """What conforms is asked no more than is planned."""
    for after, more in ((answer(asks(), says("Hello")), 0), (Exchange(asks(), 502), 2)):
        steps = early_disconnect.steps(SETTING)
        next(steps)
        steps.send(after)
        turns = 0
        with suppress(StopIteration):
            while steps.send((after,)):
                turns += 1
        assert turns == more


def test_the_rest_of_a_stream_in_the_next_answer_is_blamed() -> None:
    """The word was made up for the stream alone."""
    check = disconnects.disconnect_leaks_no_text
    word = SETTING.word("left-behind")

    def after(said: str) -> tuple[Exchange, tuple[Exchange]]:
        return left_and(answer(asks(), says(said)))

    assert held(check, *after("Hello")) is Outcome.PASSED
    assert held(check, *after(f"Hello {word}")) is Outcome.FAILED
    assert held(check, *after("")) is Outcome.INCONCLUSIVE


def refusals(*answers: Exchange) -> tuple[Exchange, ...]:
    """Return the turn of the probe ``refused_streams``."""
    asked = next(refused_streams.steps(SETTING))
    assert isinstance(asked, tuple)
    assert len(asked) == len(answers) == refused_streams.rejections
    pairs = zip(asked, answers, strict=True)
    return tuple(replace(one, request=r) for r, one in pairs)


def test_a_refusal_inside_a_stream_is_blamed() -> None:
    """Whether it has a type or not; an answer to either request is another matter."""
    check = disconnects.refused_request_gets_a_4xx
    plain = answer(asks(), {"error": {"message": "no"}}, 400)
    served = exchange(conforming())
    typed = exchange([{"type": "error", "message": "no"}])
    bare = exchange(b'data: {"error": {"message": "no"}}\n\n')
    failed = exchange([{"type": "response.failed", "response": response("failed")}])

    assert held(check, refusals(plain, plain)) is Outcome.PASSED
    assert held(check, refusals(served, plain)) is Outcome.PASSED
    assert held(check, refusals(served, served)) is Outcome.INCONCLUSIVE
    for stream in (typed, bare, failed):
        assert held(check, refusals(plain, stream)) is Outcome.FAILED


def test_headers_for_proxies_are_looked_for() -> None:
    """Either of the two will do."""
    check = disconnects.disables_proxy_buffering
    came = exchange(conforming())

    def with_header(name: str, value: str) -> Exchange:
        headers = (*came.headers, (name, value))
        return replace(came, headers=headers)

    assert told(check, came) is Outcome.FAILED
    assert told(check, with_header("x-accel-buffering", "no")) is Outcome.PASSED
    assert told(check, with_header("cache-control", "no-cache")) is Outcome.PASSED
    assert told(check, with_header("cache-control", "private")) is Outcome.FAILED


def test_done_is_asked_for_where_a_document_asks_for_it() -> None:
    """The last frame is the sentinel; a stream without an end is judged elsewhere."""
    check = disconnects.ends_with_done_marker
    closed = exchange(written(conforming()) + b"data: [DONE]\n\n")

    assert check.requirement.profiles == {"openresponses"}
    assert told(check, closed) is Outcome.PASSED
    assert told(check, exchange(conforming())) is Outcome.FAILED
    assert told(check, exchange(conforming()[:4])) is Outcome.INCONCLUSIVE


BROKEN = written([{"type": "error", "code": "server_error", "message": "No."}])
WHOLE = written(conforming())


@pytest.mark.parametrize(
    ("streams", "outcome"),
    [
        ((BROKEN, BROKEN, BROKEN), Outcome.FAILED),
        ((BROKEN, BROKEN), Outcome.INCONCLUSIVE),
        ((BROKEN, BROKEN, BROKEN, WHOLE), Outcome.PASSED),
        ((WHOLE,), Outcome.PASSED),
    ],
)
def test_streams_that_are_all_errors_are_blamed_together(
    streams: tuple[bytes, ...], outcome: Outcome
) -> None:
    """One may fail by bad luck, and one answer shows that streams can bring it."""
    shown = [exchange(body) for body in streams]

    assert told(disconnects.not_every_stream_fails, *shown) is outcome
