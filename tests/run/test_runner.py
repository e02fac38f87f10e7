"""Running probes: limits, retries, priorities, and targets that do not respond."""

import asyncio
import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from conformance.contract.catalogue import Catalogue, catalogue
from conformance.errors import TargetUnreachable
from conformance.judge.plan import plan
from conformance.model.check import Check, Findings, OptionalDependency, check
from conformance.model.exchange import Exchange
from conformance.model.probe import Probe, ProbeContext, Steps, probe
from conformance.model.report import Report
from conformance.model.request import Request
from conformance.model.requirement import must
from conformance.model.settings import Limits, Settings
from conformance.model.verdict import Outcome
from conformance.run.session import RunObserver, Session, run_to_completion
from tests.run.raw import RawServer, http

GOOD = json.dumps({"id": "r", "object": "response", "output": []}).encode()
BUSY = http(
    b'{"error": {"message": "slow down"}}',
    "retry-after: 0",
    status="429 Too Many Requests",
)
NOT_FOUND = http(b'{"error": {"message": "no"}}', status="404 Not Found")


def probe_named(name: str, turns: int, model_responses: int = 1) -> Probe:
    """Return a probe of plain requests, with its name in their prompts."""

    @probe(model_responses=model_responses)
    def steps(context: ProbeContext) -> Steps:
        """Plain requests."""
        for turn in range(turns):
            yield context.request(f"{name} {turn}")

    return replace(steps, name=name)


def expect_responses(*exchanges: Exchange) -> Findings:
    """Check that every exchange has a response object."""
    for exchange in exchanges:
        yield from exchange.response["object"].must_equal("response")


def check_on(probe_: Probe, dependency: OptionalDependency | None = None) -> Check:
    """Return a check on one probe."""
    requirement = must(f"test.{probe_.name}", "It is answered.", source="these tests")
    return check(requirement, on=probe_, dependency=dependency)(expect_responses)


def run(url: str, *probes: Probe, limits: Limits | None = None) -> Report:
    """Run a catalogue with one check for each of these probes."""
    settings = Settings(url, "m", "sk-x", generated=0, limits=limits or Limits())
    checks = Catalogue(tuple(check_on(probe_) for probe_ in probes), ())
    return run_to_completion(settings, plan(checks, settings))


def outcomes(report: Report) -> dict[str, Outcome]:
    """Return the outcome of each probe."""
    return {verdict.probe: verdict.outcome for verdict in report.verdicts}


def test_concurrency_limit_is_reached_but_not_exceeded() -> None:
    """Requests in flight are counted in the server."""
    lock, in_flight, maximum = threading.Lock(), 0, 0

    def slow(_request: bytes) -> Iterator[bytes]:
        nonlocal in_flight, maximum
        with lock:
            in_flight += 1
            maximum = max(maximum, in_flight)
        server.pause(0.05)
        with lock:
            in_flight -= 1
        yield http(GOOD, "connection: close")

    probes = [probe_named(f"p{i}", 1) for i in range(12)]
    with RawServer(slow) as server:
        report = run(server.url, *probes, limits=Limits(concurrency=3))

    assert set(outcomes(report).values()) == {Outcome.PASSED}
    assert maximum == 3


def test_request_is_sent_again_after_a_429() -> None:
    """The verdict is about the second response."""
    received: list[bytes] = []

    def second_is_limited(request: bytes) -> Iterable[bytes]:
        received.append(request)
        return [BUSY if len(received) == 2 else http(GOOD, "connection: close")]

    with RawServer(second_is_limited) as server:
        report = run(server.url, probe_named("p", 1))

    assert outcomes(report) == {"p": Outcome.PASSED}
    assert len(received) == 3


def test_third_429_for_a_request_is_inconclusive() -> None:
    """The request is not sent a fourth time."""
    received: list[bytes] = []

    def only_first_is_answered(request: bytes) -> Iterable[bytes]:
        received.append(request)
        return [http(GOOD, "connection: close") if len(received) == 1 else BUSY]

    with RawServer(only_first_is_answered) as server:
        report = run(server.url, probe_named("p", 1))

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE}
    assert len(received) == 4


def test_retry_waits_as_long_as_retry_after_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The delay is not waited for in this test."""
    sleep, delays = asyncio.sleep, list[float]()

    async def record(delay: float) -> None:
        delays.append(delay)
        await sleep(0)

    busy = http(b"{}", "retry-after: 7", status="429 Too Many Requests")
    replies = [busy, busy, http(GOOD, "connection: close")]
    with RawServer(lambda _: [replies.pop(0) if len(replies) > 1 else replies[0]]) as (
        server
    ):
        monkeypatch.setattr(asyncio, "sleep", record)
        report = run(server.url, probe_named("p", 1))

    assert outcomes(report) == {"p": Outcome.PASSED}
    assert delays == [7.0, 7.0]


def test_concurrency_adapts_to_a_target_that_sends_429() -> None:
    """The target accepts three concurrent requests and rejects any more."""
    lock, in_flight = threading.Lock(), 0

    def at_most_three(_request: bytes) -> Iterator[bytes]:
        nonlocal in_flight
        with lock:
            in_flight += 1
            full = in_flight > 3
        if not full:
            server.pause(0.02)
        with lock:
            in_flight -= 1
        yield BUSY if full else http(GOOD, "connection: close")

    probes = [probe_named(f"p{i}", 2) for i in range(40)]
    with RawServer(at_most_three) as server:
        report = run(server.url, *probes)

    assert set(outcomes(report).values()) == {Outcome.PASSED}


def test_cases_over_the_request_limit_are_not_run() -> None:
    """The capability probe counts as a request, too."""
    with RawServer(lambda _: [http(GOOD, "connection: close")]) as server:
        limits = Limits(concurrency=1, max_requests=3)
        probes = [probe_named("a", 1), probe_named("b", 1), probe_named("c", 1)]
        report = run(server.url, *probes, limits=limits)
        sent = len(server.requests)

    assert sent == 3
    assert sorted(outcomes(report).values()) == [
        Outcome.NOT_RUN,
        Outcome.PASSED,
        Outcome.PASSED,
    ]
    assert report.run.cost.requests == 3


def test_cases_over_the_time_limit_are_not_run() -> None:
    """A run against a target that does not respond ends."""

    def slow(request: bytes) -> Iterator[bytes]:
        if b"Say hello" not in request:
            server.pause(30)
        yield http(GOOD, "connection: close")

    with RawServer(slow) as server:
        report = run(server.url, probe_named("p", 1), limits=Limits(max_seconds=0.5))

    assert outcomes(report) == {"p": Outcome.NOT_RUN}


def test_rate_limit_delays_requests() -> None:
    """Nine requests at 20 per second take at least 9 / 20 s."""
    with RawServer(lambda _: [http(GOOD, "connection: close")]) as server:
        limits = Limits(rate=20.0)
        report = run(
            server.url, *[probe_named(f"p{i}", 1) for i in range(9)], limits=limits
        )

    assert report.run.duration_s >= 9 / 20


def test_rejected_first_request_makes_the_run_inconclusive() -> None:
    """The model or the key may be wrong, so the server did not fail."""
    with RawServer(lambda _: [NOT_FOUND]) as server:
        report = run(
            server.url, probe_named("p", 1), probe_named("q", 1, model_responses=0)
        )

    assert set(outcomes(report).values()) == {Outcome.INCONCLUSIVE}
    assert report.exit_code == 3


def test_universal_checks_are_inconclusive_if_the_first_request_is_rejected() -> None:
    """With a wrong URL, the responses may be from another server."""
    page = http(b"<html>Not Found</html>", status="404 Not Found")
    checks = Catalogue((catalogue().find("errors.body-has-an-error-object"),), ())
    with RawServer(lambda _: [page]) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        report = run_to_completion(settings, plan(checks, settings))

    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.INCONCLUSIVE}
    assert report.exit_code == 3


def test_unreachable_target_raises() -> None:
    """The message contains the URL."""
    with pytest.raises(TargetUnreachable, match=r"127\.0\.0\.1:9/v1/responses"):
        run("http://127.0.0.1:9", probe_named("p", 1))


def test_requests_of_one_turn_are_sent_concurrently() -> None:
    """The server responds when all of them have arrived."""
    barrier = threading.Barrier(4, timeout=10)

    def together(request: bytes) -> Iterator[bytes]:
        if b"Say hello" not in request:
            barrier.wait()
        yield http(GOOD, "connection: close")

    @probe(model_responses=4)
    def burst(_context: ProbeContext) -> Steps:
        """Four concurrent requests."""
        exchanges = yield tuple(Request.of({"input": str(i)}) for i in range(4))
        assert [x.request.field("input") for x in exchanges] == ["0", "1", "2", "3"]

    with RawServer(together) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        requirement = must("test.burst", "All are answered.", source="these tests")

        @check(requirement, on=burst)
        def all_answered(exchanges: tuple[Exchange, ...]) -> Findings:
            """Check each exchange."""
            for exchange in exchanges:
                yield from exchange.response["object"].must_equal("response")

        checks = Catalogue((all_answered,), ())
        report = run_to_completion(settings, plan(checks, settings))

    assert outcomes(report) == {"burst": Outcome.PASSED}


def test_redirected_first_request_makes_the_run_inconclusive() -> None:
    """The reason contains the location, which is the URL to test."""
    moved = http(b"", "location: https://new.example/v1/responses", status="308 Moved")
    with RawServer(lambda _: [moved]) as server:
        report = run(server.url, probe_named("p", 1))

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE}
    assert "https://new.example/v1/responses" in report.verdicts[0].reason


def test_rejections_are_evaluated_if_the_first_request_gets_a_5xx() -> None:
    """Only probes that need a model response are inconclusive."""

    def script(request: bytes) -> Iterable[bytes]:
        status = "500 Oops" if b"Say hello" in request else "200 OK"
        return [http(GOOD, "connection: close", status=status)]

    with RawServer(script) as server:
        report = run(
            server.url, probe_named("p", 1), probe_named("q", 1, model_responses=0)
        )

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE, "q": Outcome.PASSED}


def test_5xx_for_every_request_is_inconclusive() -> None:
    """A requirement that forbids 5xx for one request says nothing if all get one."""
    with RawServer(lambda _: [http(b"{}", status="502 Bad Gateway")]) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        id_ = "limits.oversized-prompt-causes-no-server-error"
        checks = Catalogue((catalogue().find(id_),), ())
        report = run_to_completion(settings, plan(checks, settings))

    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.INCONCLUSIVE}
    assert "502" in report.verdicts[0].reason


def test_probe_that_runs_last_is_sent_after_all_others() -> None:
    """It waits for them even if a connection is idle."""
    prompts = list[str]()

    def script(request: bytes) -> Iterable[bytes]:
        prompts.append(json.loads(request.partition(b"\r\n\r\n")[2])["input"])
        return [http(GOOD, "connection: close")]

    heavy = replace(probe_named("heavy", 1, model_responses=0), run_last=True)
    others = [probe_named(f"p{number}", 1, model_responses=0) for number in range(6)]
    with RawServer(script) as server:
        run(server.url, heavy, *others, limits=Limits(concurrency=2))

    assert "heavy 0" in prompts[-2:]  # concurrent with the last of the others
    assert len(prompts) == 8


def test_dependency_is_loaded_after_the_first_request_and_before_evaluation() -> None:
    """Loading is slow: it delays neither the first request nor its measured time."""
    log: list[str] = []
    received = threading.Event()

    def respond(_request: bytes) -> Iterable[bytes]:
        log.append("request")
        received.set()
        return [http(GOOD, "connection: close")]

    def load(profile: str) -> None:
        assert received.wait(10)
        log.append(f"loaded for {profile}")

    dependency = OptionalDependency(str, load, load_before_evaluation=True)
    probe_ = probe_named("p", 1)
    checks = Catalogue((check_on(probe_, dependency),), ())
    with RawServer(respond) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        session = Session(
            settings,
            plan(checks, settings),
            observer=RunObserver(on_exchange=lambda exchange: log.append(exchange.id)),
        )
        session.start()
        session.wait()

    assert log[:3] == ["request", "loaded for newapi", "x-0001"]


def test_error_while_a_dependency_is_loaded_stops_the_run() -> None:
    """It is raised where the run is waited for."""

    def load(_profile: str) -> None:
        raise ImportError("broken")

    dependency = OptionalDependency(str, load, load_before_evaluation=True)
    checks = Catalogue((check_on(probe_named("p", 1), dependency),), ())
    with RawServer(lambda _: [http(GOOD, "connection: close")]) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        with pytest.raises(ImportError, match="broken"):
            run_to_completion(settings, plan(checks, settings))
