"""The connections to a target: so many at once, handed to whoever is first in line."""

import asyncio
import heapq
import itertools
import time
from typing import Final

import httpx

from conformance.model.settings import Limits
from conformance.run.http import Connection

PATIENCE: Final = 20
"""Answers without a 429 after which one more lane is lent out again."""


LAST: Final = 10
"""The priority of what goes out behind everything else."""


class ConnectionPool:
    """A number of single-connection clients, lent out by priority.

    One client with one connection for each lane costs a third of the processor
    time of one client that is wide. A lower number goes first. Fewer lanes are lent
    out to a target that takes fewer requests at once than we may send.
    """

    def __init__(self, limits: Limits) -> None:
        tls = httpx.create_ssl_context()
        self._idle = [Connection(tls) for _ in range(limits.concurrency)]
        self._all = tuple(self._idle)
        self._width = len(self._all)
        self._calm = 0
        self._waiting: list[tuple[int, int, asyncio.Future[Connection]]] = []
        self._order = itertools.count()
        self._interval = 1 / limits.rate if limits.rate else 0.0
        self._next_start = 0.0

    async def take(self, priority: int) -> Connection:
        """Wait for a lane, and for the rate limit to allow one more request.

        ``LAST`` waits even where one is free, until nobody else waits.
        """
        must_wait = priority >= LAST and self._lent > 0
        if self._lent < self._width and not must_wait:
            lane = self._idle.pop()
        else:
            turn: asyncio.Future[Connection] = (
                asyncio.get_running_loop().create_future()
            )
            heapq.heappush(self._waiting, (priority, next(self._order), turn))
            lane = await turn
        if self._interval:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
            await asyncio.sleep(start - now)
        return lane

    @property
    def _lent(self) -> int:
        return len(self._all) - len(self._idle)

    def heed(self, *, limited: bool) -> None:
        """Learn from an answer how many requests at once the target takes.

        To be called while its lane is still lent: what is under way together with a
        request that gets a 429 was one too many.
        """
        if limited:
            self._width = max(1, min(self._width, self._lent - 1))
            self._calm = 0
            return
        self._calm += 1
        if self._calm >= PATIENCE and self._width < len(self._all):
            self._width += 1
            self._calm = 0

    def give_back(self, lane: Connection) -> None:
        """Take a lane back, and lend to the next in line as many as may be lent."""
        self._idle.append(lane)
        while self._waiting and self._lent < self._width:
            _, _, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(self._idle.pop())

    async def close(self) -> None:
        """Close every connection."""
        for lane in self._all:
            await lane.close()
