"""A priority-ordered pool of connections to the target."""

import asyncio
import heapq
import itertools
import time
from typing import Final

import httpx

from conformance.model.settings import Limits
from conformance.run.http import Connection

SUCCESSES_BEFORE_GROWTH: Final = 20
"""Responses without a 429 after which the concurrency limit grows by one."""

LOWEST_PRIORITY: Final = 10
"""The priority of requests that are sent when no other request is waiting."""


class ConnectionPool:
    """A fixed number of connections, given out by priority; a lower number goes first.

    Clients with one connection each need a third of the CPU time of one client with
    many connections. If the target accepts fewer concurrent requests than configured,
    fewer connections are handed out.
    """

    def __init__(self, limits: Limits) -> None:
        tls = httpx.create_ssl_context()
        self._idle = [Connection(tls) for _ in range(limits.concurrency)]
        self._all = tuple(self._idle)
        self._limit = len(self._all)
        self._successes = 0
        self._waiting: list[tuple[int, int, asyncio.Future[Connection]]] = []
        self._order = itertools.count()
        self._interval = 1 / limits.rate if limits.rate else 0.0
        self._next_start = 0.0

    async def acquire(self, priority: int) -> Connection:
        """Wait for a connection, and until the rate limit allows one more request.

        A request with ``LOWEST_PRIORITY`` starts immediately only if no connection is
        in use. Otherwise it waits until a connection is released and no request with a
        higher priority is waiting, even if a connection is idle.
        """
        must_wait = priority >= LOWEST_PRIORITY and self._in_use > 0
        if self._in_use < self._limit and not must_wait:
            connection = self._idle.pop()
        else:
            future: asyncio.Future[Connection] = (
                asyncio.get_running_loop().create_future()
            )
            heapq.heappush(self._waiting, (priority, next(self._order), future))
            connection = await future
        if self._interval:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._interval
            await asyncio.sleep(start - now)
        return connection

    @property
    def _in_use(self) -> int:
        return len(self._all) - len(self._idle)

    def adjust_limit(self, *, rate_limited: bool) -> None:
        """Lower the concurrency limit after a 429, raise it after enough successes.

        Call this before the connection is released: a 429 means that the number of
        requests in flight, this one included, was too high.
        """
        if rate_limited:
            self._limit = max(1, min(self._limit, self._in_use - 1))
            self._successes = 0
            return
        self._successes += 1
        if self._successes >= SUCCESSES_BEFORE_GROWTH and self._limit < len(self._all):
            self._limit += 1
            self._successes = 0

    def release(self, connection: Connection) -> None:
        """Return a connection, and hand out as many as the limit allows."""
        self._idle.append(connection)
        while self._waiting and self._in_use < self._limit:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(self._idle.pop())

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._all:
            await connection.close()
