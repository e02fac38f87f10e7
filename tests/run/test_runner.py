"""The runner keeps its limits, and a target that balks stops nothing."""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from conformance.contract.catalogue import Catalogue, catalogue
from conformance.errors import TargetUnreachable
from conformance.judge.plan import plan
from conformance.model.check import Check, Findings, check
from conformance.model.exchange import Exchange
from conformance.model.probe import Probe, ProbeContext, Steps, probe
from conformance.model.report import Report
from conformance.model.request import Request
from conformance.model.requirement import must
from conformance.model.settings import Limits, Settings
from conformance.model.verdict import Outcome
from conformance.run.session import run_to_completion
from tests.run.raw import RawServer, http

GOOD = json.dumps({"id": "r", "object": "response", "output": []}).encode()
BUSY = http(b'{"error": {"message": "slow down"}}', status="429 Too Many Requests")
GONE = http(b'{"error": {"message": "no"}}', status="404 Not Found")


def named(name: str, turns: int, answers: int = 1) -> Probe:
    """Return a probe of so many plain requests that carry its name."""

    @probe(model_responses=answers)
    def steps(setting: ProbeContext) -> Steps:
        """Plain requests."""
        for turn in range(turns):
            yield setting.request(f"{name} {turn}")

    return replace(steps, name=name)


def answered(*exchanges: Exchange) -> Findings:
    """Judge that every turn was answered."""
    for exchange in exchanges:
        yield from exchange.response["object"].must_equal("response")


def clause(of: Probe) -> Check:
    """Return a check on one probe."""
    requirement = must(f"test.{of.name}", "It is answered.", source="these tests")
    return check(requirement, on=of)(answered)


def ran(url: str, *probes: Probe, limits: Limits | None = None) -> Report:
    """Run a catalogue of these probes alone."""
    settings = Settings(url, "m", "sk-x", generated=0, limits=limits or Limits())
    book = Catalogue(tuple(clause(of) for of in probes), ())
    return run_to_completion(settings, plan(book, settings))


def outcomes(report: Report) -> dict[str, Outcome]:
    """Return the outcome of each probe."""
    return {verdict.probe: verdict.outcome for verdict in report.verdicts}


def test_no_more_are_in_flight_than_allowed() -> None:
    """Counted where they arrive."""
    lock, flying, most = threading.Lock(), 0, 0

    def slow(_head: bytes) -> Iterator[bytes]:
        nonlocal flying, most
        with lock:
            flying += 1
            most = max(most, flying)
        server.pause(0.05)
        with lock:
            flying -= 1
        yield http(GOOD, "connection: close")

    probes = [named(f"p{i}", 1) for i in range(12)]
    with RawServer(slow) as server:
        report = ran(server.url, *probes, limits=Limits(concurrency=3))

    assert set(outcomes(report).values()) == {Outcome.PASSED}
    assert most == 3


def test_a_target_that_limits_our_rate_is_asked_again() -> None:
    """After as long as it says; a second answer counts."""
    seen: list[bytes] = []

    def once_busy(head: bytes) -> Iterable[bytes]:
        seen.append(head)
        wait = BUSY.replace(b"\r\n\r\n", b"\r\nretry-after: 0\r\n\r\n", 1)
        return [wait if len(seen) == 2 else http(GOOD, "connection: close")]

    with RawServer(once_busy) as server:
        report = ran(server.url, named("p", 1))

    assert outcomes(report) == {"p": Outcome.PASSED}
    assert len(seen) == 3


def test_a_target_that_goes_on_limiting_is_not_blamed() -> None:
    """It is inconclusive, and was asked three times."""
    seen: list[bytes] = []

    def ever_busy(head: bytes) -> Iterable[bytes]:
        seen.append(head)
        wait = BUSY.replace(b"\r\n\r\n", b"\r\nretry-after: 0\r\n\r\n", 1)
        return [http(GOOD, "connection: close") if len(seen) == 1 else wait]

    with RawServer(ever_busy) as server:
        report = ran(server.url, named("p", 1))

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE}
    assert len(seen) == 4


def test_a_target_with_a_short_queue_is_judged_by_as_much_as_it_takes() -> None:
    """It takes three at once; whoever comes beyond that gets a 429."""
    lock, flying = threading.Lock(), 0

    def queueing(_head: bytes) -> Iterator[bytes]:
        nonlocal flying
        with lock:
            flying += 1
            full = flying > 3
        if not full:
            server.pause(0.02)
        with lock:
            flying -= 1
        again = BUSY.replace(b"\r\n\r\n", b"\r\nretry-after: 0\r\n\r\n", 1)
        yield again if full else http(GOOD, "connection: close")

    probes = [named(f"p{i}", 2) for i in range(40)]
    with RawServer(queueing) as server:
        report = ran(server.url, *probes)

    assert set(outcomes(report).values()) == {Outcome.PASSED}


def test_a_budget_of_requests_is_kept() -> None:
    """What is over it is shown as not run."""
    with RawServer(lambda _: [http(GOOD, "connection: close")]) as server:
        limits = Limits(concurrency=1, max_requests=3)
        probes = [named("a", 1), named("b", 1), named("c", 1)]
        report = ran(server.url, *probes, limits=limits)
        sent = len(server.requests)

    assert sent == 3
    assert sorted(outcomes(report).values()) == [
        Outcome.NOT_RUN,
        Outcome.PASSED,
        Outcome.PASSED,
    ]
    assert report.run.cost.requests == 3


def test_a_budget_of_time_is_kept() -> None:
    """A run against a target that sleeps ends, and says what it left out."""

    def asleep(head: bytes) -> Iterator[bytes]:
        if b"Say hello" not in head:
            server.pause(30)
        yield http(GOOD, "connection: close")

    with RawServer(asleep) as server:
        report = ran(server.url, named("p", 1), limits=Limits(max_seconds=0.5))

    assert outcomes(report) == {"p": Outcome.NOT_RUN}


def test_a_rate_is_kept() -> None:
    """Starts are spread by the clock of the runner, not by luck."""
    with RawServer(lambda _: [http(GOOD, "connection: close")]) as server:
        limits = Limits(rate=20.0)
        report = ran(server.url, *[named(f"p{i}", 1) for i in range(9)], limits=limits)

    assert report.run.duration_s >= 9 / 20


def test_a_first_request_that_is_refused_judges_nobody() -> None:
    """A wrong model or key is no fault of the server."""
    with RawServer(lambda _: [GONE]) as server:
        report = ran(server.url, named("p", 1), named("q", 1, answers=0))

    assert set(outcomes(report).values()) == {Outcome.INCONCLUSIVE}
    assert report.exit_code == 3


def test_a_refused_first_request_leaves_no_refusal_to_be_judged() -> None:
    """At a wrong address every answer is somebody else's page."""
    page = http(b"<html>Not Found</html>", status="404 Not Found")
    book = Catalogue((catalogue().find("errors.body-has-an-error-object"),), ())
    with RawServer(lambda _: [page]) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        report = run_to_completion(settings, plan(book, settings))

    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.INCONCLUSIVE}
    assert report.exit_code == 3


def test_nobody_at_home_is_told() -> None:
    """With the URL that was tried."""
    with pytest.raises(TargetUnreachable, match=r"127\.0\.0\.1:9/v1/responses"):
        ran("http://127.0.0.1:9", named("p", 1))


def test_requests_of_one_turn_go_out_together() -> None:
    """Each waits for the others to arrive, so one after the other would never end."""
    barrier = threading.Barrier(4, timeout=10)

    def together(head: bytes) -> Iterator[bytes]:
        if b"Say hello" not in head:
            barrier.wait()
        yield http(GOOD, "connection: close")

    @probe(model_responses=4)
    def burst(_setting: ProbeContext) -> Steps:
        """Four at once."""
        told = yield tuple(Request.of({"input": str(i)}) for i in range(4))
        assert [x.request.field("input") for x in told] == ["0", "1", "2", "3"]

    with RawServer(together) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        requirement = must("test.burst", "They come together.", source="these tests")

        @check(requirement, on=burst)
        def all_answered(told: tuple[Exchange, ...]) -> Findings:
            """Judge each."""
            for exchange in told:
                yield from exchange.response["object"].must_equal("response")

        book = Catalogue((all_answered,), ())
        report = run_to_completion(settings, plan(book, settings))

    assert outcomes(report) == {"burst": Outcome.PASSED}


def test_a_redirect_at_the_first_request_judges_nobody() -> None:
    """The reason names where it went, since that is the URL to judge."""
    moved = http(b"", "location: https://new.example/v1/responses", status="308 Moved")
    with RawServer(lambda _: [moved]) as server:
        report = ran(server.url, named("p", 1))

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE}
    assert "https://new.example/v1/responses" in report.verdicts[0].reason


def test_a_breakdown_at_the_first_request_leaves_refusals_to_be_judged() -> None:
    """What needs an answer is inconclusive; what is refused is still seen."""

    def script(request: bytes) -> Iterable[bytes]:
        status = "500 Oops" if b"Say hello" in request else "200 OK"
        return [http(GOOD, "connection: close", status=status)]

    with RawServer(script) as server:
        report = ran(server.url, named("p", 1), named("q", 1, answers=0))

    assert outcomes(report) == {"p": Outcome.INCONCLUSIVE, "q": Outcome.PASSED}


def test_a_server_that_is_down_is_not_blamed_for_what_was_asked() -> None:
    """A refusal that should be a 4xx is a 5xx there like everything else."""
    with RawServer(lambda _: [http(b"{}", status="502 Bad Gateway")]) as server:
        settings = Settings(server.url, "m", "sk-x", generated=0)
        named_ = ("limits.oversized-prompt-causes-no-server-error",)
        book = Catalogue(tuple(catalogue().find(id_) for id_ in named_), ())
        report = run_to_completion(settings, plan(book, settings))

    assert {verdict.outcome for verdict in report.verdicts} == {Outcome.INCONCLUSIVE}
    assert "502" in report.verdicts[0].reason


def test_what_may_keep_a_server_busy_goes_out_last() -> None:
    """Behind all that waits for a lane, though one was free at the start."""
    heard = list[str]()

    def script(request: bytes) -> Iterable[bytes]:
        heard.append(json.loads(request.partition(b"\r\n\r\n")[2])["input"])
        return [http(GOOD, "connection: close")]

    heavy = replace(named("heavy", 1, answers=0), run_last=True)
    others = [named(f"p{number}", 1, answers=0) for number in range(6)]
    with RawServer(script) as server:
        ran(server.url, heavy, *others, limits=Limits(concurrency=2))

    assert "heavy 0" in heard[-2:]  # beside the last of the others
    assert len(heard) == 8
