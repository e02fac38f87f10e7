"""The one place where probes are held: concurrently, each once, within the limits."""

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.contract.probes.capabilities import CAPABILITY_PROBES
from conformance.errors import TargetUnreachable
from conformance.judge.evaluator import Evaluator
from conformance.model.exchange import (
    Exchange,
    FailureKind,
    Inconclusive,
    RejectedRequest,
)
from conformance.model.generated_input import PREFIX
from conformance.model.node import UnexpectedValue
from conformance.model.probe import Probe, ProbeContext, ProbeResult
from conformance.model.request import Request
from conformance.model.requirement import Capability
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome
from conformance.property_based.response_checks import preload
from conformance.run.connection_pool import LAST, ConnectionPool
from conformance.run.http import send
from conformance.run.target import Target

RETRIES = 2
"""How often a request is sent again after a 429."""

LONGEST_WAIT = 20.0
"""Seconds that we wait at most when a 429 tells us to."""


class _RequestLimitReached(Exception):
    """The run has sent all the requests that it may."""


def _first_come(probe: Probe) -> int:
    """Return the priority of a probe: openings, refusals, long talks, the rest."""
    if probe in CAPABILITY_PROBES.values():
        return 0
    if probe.run_last:
        return LAST
    if probe.name.startswith(PREFIX):
        return 9
    if not probe.model_responses:
        return 1
    return max(2, 8 - probe.model_responses)


class Runner:
    """Holds the probes of a plan on the event loop that calls ``run``.

    ``on_sent`` is called when a request goes out, ``on_exchange`` with each
    exchange, after it has its id and before any probe sees it.
    """

    def __init__(
        self,
        settings: Settings,
        court: Evaluator,
        on_sent: Callable[[str], None],
        on_exchange: Callable[[Exchange], None],
    ) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._target = Target(
            settings.url, settings.key, settings.second_key, settings.headers
        )
        self._setting = ProbeContext(
            settings.model,
            settings.seed,
            settings.profile.name,
            settings.key != settings.key.swapcase(),
        )
        self._court = court
        self._on_sent = on_sent
        self._on_exchange = on_exchange
        self._started = time.monotonic()
        self._count = 0
        self._sent = 0

    async def run(self) -> None:
        """Hold every probe of the plan; raises ``TargetUnreachable``."""
        self._lanes = ConnectionPool(self._limits)
        self._opened = {c: asyncio.Event() for c in CAPABILITY_PROBES}
        probes = self._court.plan.probes
        await self._load_aids()
        for capability, probe in CAPABILITY_PROBES.items():
            if probe not in probes:
                self._opened[capability].set()
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                await self._hold_all(probes)
        except TimeoutError:
            spent = f"over the budget of {self._limits.max_seconds:g} s"
            for probe in probes:
                self._court.left_out(probe, Outcome.NOT_RUN, spent)
        finally:
            await self._lanes.close()

    async def _load_aids(self) -> None:
        """Load what checks judge by, off the loop: now, or while requests are out."""
        profile = self._settings.profile.name
        aids = {
            case.check.dependency
            for case in self._court.plan.cases
            if case.check.dependency
        }
        for aid in sorted(aids, key=lambda aid: not aid.load_before_run):
            if aid.load_before_run:
                await asyncio.to_thread(aid.load, profile)
            else:
                threading.Thread(target=aid.load, args=(profile,)).start()

    async def _hold_all(self, probes: tuple[Probe, ...]) -> None:
        """Hold the hand-written probes all at once, the generated ones a few at a time.

        There may be very many of those; enough are under way to fill every lane. They
        wait until what judges them is loaded: were it loaded when the first answer is
        there, every answer would stand still meanwhile.
        """
        drawn = [probe for probe in probes if probe.name.startswith(PREFIX)]
        drawn.sort(key=lambda probe: probe.model_responses)  # refusals wait for no gate
        queue = iter(drawn)
        try:
            async with asyncio.TaskGroup() as group:
                for probe in probes:
                    if not probe.name.startswith(PREFIX):
                        group.create_task(self._hold(probe))
                if drawn:
                    await asyncio.to_thread(preload)
                for _ in range(min(2 * self._limits.concurrency, len(drawn))):
                    group.create_task(self._hold_each(queue))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _hold_each(self, queue: Iterator[Probe]) -> None:
        """Hold one conversation after another until the queue is empty."""
        for probe in queue:
            await self._hold(probe)

    async def _hold(self, probe: Probe) -> None:
        """Hold one conversation, and hand it to the court."""
        opens = [c for c, opening in CAPABILITY_PROBES.items() if opening is probe]
        try:
            if await self._may_go_on(probe, opens):
                turns, ended = await self._converse(probe)
                self._court.opened(probe, turns)
                if not opens:  # refusals went out at once; their verdicts wait
                    await self._opened[Capability.CORE].wait()
                    if probe.needs in self._opened:
                        await self._opened[probe.needs].wait()
                if gate := self._court.closed_to(probe):
                    self._court.left_out(probe, gate.outcome, gate.evidence)
                else:
                    self._court.held(probe, turns, ended)
        except _RequestLimitReached:
            budget = f"over the budget of {self._limits.max_requests} requests"
            self._court.left_out(probe, Outcome.NOT_RUN, budget)
        finally:
            for capability in opens:
                self._opened[capability].set()

    async def _may_go_on(self, probe: Probe, opens: list[Capability]) -> bool:
        """Wait for the gates before ``probe``; settle it when one is closed."""
        if not opens and not probe.model_responses:
            return True
        if Capability.CORE not in opens:
            await self._opened[Capability.CORE].wait()
        if not opens and probe.needs in self._opened:
            await self._opened[probe.needs].wait()
        if gate := self._court.closed_to(probe):
            self._court.left_out(probe, gate.outcome, gate.evidence)
            return False
        return True

    async def _converse(
        self, probe: Probe
    ) -> tuple[tuple[ProbeResult, ...], Exception | None]:
        turns = list[ProbeResult]()
        steps = probe.steps(self._setting)
        priority = _first_come(probe)
        try:
            asked = next(steps)
            while True:
                turn = len(turns)
                told: ProbeResult
                if isinstance(asked, tuple):
                    several = (
                        self._exchange(one, probe, (turn, place), priority)
                        for place, one in enumerate(asked)
                    )
                    told = tuple(await asyncio.gather(*several))
                else:
                    told = await self._exchange(asked, probe, (turn, 0), priority)
                turns.append(told)
                asked = steps.send(told)
        except StopIteration:
            return tuple(turns), None
        except (Inconclusive, RejectedRequest, UnexpectedValue) as why:
            return tuple(turns), why

    async def _exchange(
        self, request: Request, probe: Probe, at: tuple[int, int], priority: int
    ) -> Exchange:
        """Send one request, again when the target limits our rate."""
        for attempt in range(RETRIES + 1):
            exchange = await self._send(request, probe, at, priority)
            if not exchange.rate_limited or attempt == RETRIES:
                break
            await asyncio.sleep(_asked_to_wait(exchange, attempt))
        return exchange

    async def _send(
        self, request: Request, probe: Probe, at: tuple[int, int], priority: int
    ) -> Exchange:
        lane = await self._lanes.take(priority)
        try:
            if self._limits.max_requests and self._sent >= self._limits.max_requests:
                raise _RequestLimitReached
            self._sent += 1
            self._on_sent(probe.name)
            came = await send(lane, self._target, request, self._limits, self._started)
            self._lanes.heed(limited=came.rate_limited)
        finally:
            self._lanes.give_back(lane)
        self._count += 1
        exchange = replace(
            came,
            id=f"x-{self._count:04}",
            probe=probe.name,
            turn=at[0],
            index=at[1],
        )
        nowhere = exchange.failure and exchange.failure.kind is FailureKind.CONNECT
        if nowhere and self._count == 1:
            raise TargetUnreachable(
                f"{self._target.url}: {exchange.failure}",
                "is the server running, and is the URL the one that clients use?",
            )
        self._court.hear(exchange)
        self._on_exchange(exchange)
        return exchange


def _asked_to_wait(exchange: Exchange, attempt: int) -> float:
    """Return the seconds to wait after a 429, at most ``LONGEST_WAIT``."""
    wait = 2.0**attempt
    with contextlib.suppress(ValueError):
        wait = float(exchange.header("retry-after") or wait)
    return max(0.0, min(wait, LONGEST_WAIT))
