"""The connections to a target: so many at once, handed to whoever is first in line."""

import asyncio
import heapq
import itertools
import time

import httpx

from conformance.run.settings import Limits
from conformance.run.wire import Lane


class Lanes:
    """A fixed number of single-connection clients, lent out by priority.

    One client with one connection for each lane costs a third of the processor
    time of one client that is wide. A lower number goes first.
    """

    def __init__(self, limits: Limits) -> None:
        tls = httpx.create_ssl_context()
        self._idle = [Lane(limits, tls) for _ in range(limits.concurrency)]
        self._all = tuple(self._idle)
        self._waiting: list[tuple[int, int, asyncio.Future[Lane]]] = []
        self._order = itertools.count()
        self._interval = 1 / limits.rate if limits.rate else 0.0
        self._next_start = 0.0

    async def take(self, priority: int) -> Lane:
        """Wait for a lane, and for the rate limit to allow one more request."""
        if self._idle:
            lane = self._idle.pop()
        else:
            turn: asyncio.Future[Lane] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting, (priority, next(self._order), turn))
            lane = await turn
        if self._interval:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
            await asyncio.sleep(start - now)
        return lane

    def give_back(self, lane: Lane) -> None:
        """Hand a lane to the next in line, or keep it."""
        while self._waiting:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(lane)
                return
        self._idle.append(lane)

    async def close(self) -> None:
        """Close every connection."""
        for lane in self._all:
            await lane.close()
