"""Send the probes of a plan concurrently, each once, within the limits of the run."""

import asyncio
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
from conformance.run.connection_pool import LOWEST_PRIORITY, ConnectionPool
from conformance.run.http import send
from conformance.run.retry_delay import retry_delay
from conformance.run.target import Target

RETRIES = 2
"""How many times a request is sent again after a 429."""


class _RequestLimitReached(Exception):
    """The run has sent as many requests as ``--max-requests`` allows."""


def _priority(probe: Probe) -> int:
    """Return the priority of a probe; a lower number is sent first.

    The order is: capability probes, probes that expect only rejections, probes with
    many model responses before those with few, generated requests, probes that run
    last.
    """
    if probe in CAPABILITY_PROBES.values():
        return 0
    if probe.run_last:
        return LOWEST_PRIORITY
    if probe.name.startswith(PREFIX):
        return 9
    if not probe.model_responses:
        return 1
    return max(2, 8 - probe.model_responses)


class Runner:
    """Send the probes of a plan, on the event loop that calls ``run``.

    ``on_sent`` is called with the probe's name when a request is sent, ``on_exchange``
    with each exchange, after it has its id and before its probe receives it.
    """

    def __init__(
        self,
        settings: Settings,
        evaluator: Evaluator,
        on_sent: Callable[[str], None],
        on_exchange: Callable[[Exchange], None],
    ) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._target = Target(
            settings.url, settings.key, settings.second_key, settings.headers
        )
        self._context = ProbeContext(
            settings.model,
            settings.seed,
            settings.profile.name,
            key_has_letters=settings.key != settings.key.swapcase(),
        )
        self._evaluator = evaluator
        self._on_sent = on_sent
        self._on_exchange = on_exchange
        self._started = time.monotonic()
        self._exchanges = 0
        self._sent = 0

    async def run(self) -> None:
        """Send every probe of the plan; raises ``TargetUnreachable``."""
        self._connections = ConnectionPool(self._limits)
        self._probed = {c: asyncio.Event() for c in CAPABILITY_PROBES}
        self._can_evaluate = asyncio.Event()
        probes = self._evaluator.plan.probes
        for capability, probe in CAPABILITY_PROBES.items():
            if probe not in probes:
                self._probed[capability].set()
        try:
            async with asyncio.timeout(self._limits.max_seconds):
                await self._run_all(probes)
        except TimeoutError:
            reason = f"over the limit of {self._limits.max_seconds:g} s (--max-seconds)"
            for probe in probes:
                self._evaluator.probe_skipped(probe, Outcome.NOT_RUN, reason)
        finally:
            await self._connections.close()

    async def _load_dependencies(self) -> None:
        """Load the dependencies of checks, in threads, while the first requests run."""
        profile = self._settings.profile.name
        dependencies = {
            case.check.dependency
            for case in self._evaluator.plan.cases
            if case.check.dependency
        }
        for dependency in dependencies:
            if dependency.load_before_evaluation:
                await asyncio.to_thread(dependency.load, profile)
        self._can_evaluate.set()
        for dependency in dependencies:
            if not dependency.load_before_evaluation:
                threading.Thread(target=dependency.load, args=(profile,)).start()

    async def _run_all(self, probes: tuple[Probe, ...]) -> None:
        """Run all hand-written probes concurrently, generated ones a few at a time.

        There may be very many generated probes, so a fixed number of workers runs them.
        They start when the schema checks are loaded: loading them when the first
        response arrives would delay all other responses.
        """
        generated = [probe for probe in probes if probe.name.startswith(PREFIX)]
        # Probes that expect a rejection come first: they need no capability.
        generated.sort(key=lambda probe: probe.model_responses)
        queue = iter(generated)
        try:
            async with asyncio.TaskGroup() as group:
                for probe in probes:
                    if not probe.name.startswith(PREFIX):
                        group.create_task(self._run_probe(probe))
                group.create_task(self._load_dependencies())
                if generated:
                    await asyncio.to_thread(preload)
                for _ in range(min(2 * self._limits.concurrency, len(generated))):
                    group.create_task(self._worker(queue))
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    async def _worker(self, queue: Iterator[Probe]) -> None:
        """Run one probe after another until the queue is empty."""
        for probe in queue:
            await self._run_probe(probe)

    async def _run_probe(self, probe: Probe) -> None:
        """Run one probe and let the evaluator evaluate it."""
        tested = [c for c, first in CAPABILITY_PROBES.items() if first is probe]
        try:
            if await self._wait_for_capability(probe, tested):
                turns, ended_by = await self._drive(probe)
                if tested:
                    self._evaluator.capability_probed(probe, turns)
                else:
                    # Probes without model responses are sent without waiting for the
                    # capability probes, but are evaluated after them.
                    await self._probed[Capability.CORE].wait()
                    if probe.needs in self._probed:
                        await self._probed[probe.needs].wait()
                if status := self._evaluator.blocked_by(probe):
                    self._evaluator.probe_skipped(
                        probe, status.outcome, status.evidence
                    )
                else:
                    self._evaluator.probe_finished(probe, turns, ended_by)
        except _RequestLimitReached:
            limit = self._limits.max_requests
            reason = f"over the limit of {limit} requests (--max-requests)"
            self._evaluator.probe_skipped(probe, Outcome.NOT_RUN, reason)
        finally:
            for capability in tested:
                self._probed[capability].set()

    async def _wait_for_capability(
        self, probe: Probe, tested: list[Capability]
    ) -> bool:
        """Wait for the capability probes; return whether ``probe`` may be sent.

        ``tested`` lists the capabilities that ``probe`` is the first probe of. If
        another one that it needs is missing, its cases are recorded as skipped.
        """
        if not tested and not probe.model_responses:
            return True
        if Capability.CORE not in tested:
            await self._probed[Capability.CORE].wait()
        if not tested and probe.needs in self._probed:
            await self._probed[probe.needs].wait()
        if status := self._evaluator.blocked_by(probe):
            self._evaluator.probe_skipped(probe, status.outcome, status.evidence)
            return False
        return True

    async def _drive(
        self, probe: Probe
    ) -> tuple[tuple[ProbeResult, ...], Exception | None]:
        """Send the requests of a probe; return its turns, and what ended it early."""
        turns = list[ProbeResult]()
        steps = probe.steps(self._context)
        priority = _priority(probe)
        try:
            request = next(steps)
            while True:
                turn = len(turns)
                result: ProbeResult
                if isinstance(request, tuple):
                    exchanges = (
                        self._exchange(each, probe, (turn, index), priority)
                        for index, each in enumerate(request)
                    )
                    result = tuple(await asyncio.gather(*exchanges))
                else:
                    result = await self._exchange(request, probe, (turn, 0), priority)
                turns.append(result)
                request = steps.send(result)
        except StopIteration:
            return tuple(turns), None
        except (Inconclusive, RejectedRequest, UnexpectedValue) as error:
            return tuple(turns), error

    async def _exchange(
        self, request: Request, probe: Probe, at: tuple[int, int], priority: int
    ) -> Exchange:
        """Send one request; after a 429, send it again. ``at`` is turn and index."""
        for attempt in range(RETRIES + 1):
            exchange = await self._send(request, probe, at, priority)
            if not exchange.rate_limited or attempt == RETRIES:
                break
            await asyncio.sleep(retry_delay(exchange, attempt))
        return exchange

    async def _send(
        self, request: Request, probe: Probe, at: tuple[int, int], priority: int
    ) -> Exchange:
        connection = await self._connections.acquire(priority)
        try:
            if self._limits.max_requests and self._sent >= self._limits.max_requests:
                raise _RequestLimitReached
            self._sent += 1
            self._on_sent(probe.name)
            exchange = await send(
                connection, self._target, request, self._limits, self._started
            )
            self._connections.adjust_limit(rate_limited=exchange.rate_limited)
        finally:
            self._connections.release(connection)
        await self._can_evaluate.wait()
        self._exchanges += 1
        exchange = replace(
            exchange,
            id=f"x-{self._exchanges:04}",
            probe=probe.name,
            turn=at[0],
            index=at[1],
        )
        failure = exchange.failure
        if failure and failure.kind is FailureKind.CONNECT and self._exchanges == 1:
            raise TargetUnreachable(
                f"{self._target.url}: {failure}",
                "check the URL and that the server is running",
            )
        self._evaluator.observe(exchange)
        self._on_exchange(exchange)
        return exchange
