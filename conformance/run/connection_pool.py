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
"""Number of responses without a 429, in a row, that raise the concurrency limit."""

LOWEST_PRIORITY: Final = 10
"""Priority of requests that are sent only when no other request is waiting.

A lower number is a higher priority, so this is the highest number.
"""


class ConnectionPool:
    """A fixed number of connections, given to requests in the order of their priority.

    A request with a lower priority number gets a connection first. Each connection has
    its own httpx client: one client with many connections takes three times as much CPU
    time. After a 429, fewer connections are in use at once than the user configured.
    """

    def __init__(self, limits: Limits) -> None:
        tls = httpx.create_ssl_context()
        self._idle = [Connection(tls) for _ in range(limits.concurrency)]
        self._all = tuple(self._idle)
        self._limit = len(self._all)
        self._successes = 0
        self._waiting: list[tuple[int, int, asyncio.Future[Connection]]] = []
        self._arrival_numbers = itertools.count()
        self._seconds_between_starts = 1 / limits.rate if limits.rate else 0.0
        self._next_start = 0.0

    async def acquire(self, priority: int) -> Connection:
        """Return a connection when one is free and ``limits.rate`` allows a request.

        A request with ``LOWEST_PRIORITY`` gets a connection at once only if no other
        connection is in use. Otherwise it waits, even if a connection is idle. It gets
        a connection that another request releases while no request with a lower
        priority number is waiting.
        """
        must_wait = priority >= LOWEST_PRIORITY and self._in_use > 0
        if self._in_use < self._limit and not must_wait:
            connection = self._idle.pop()
        else:
            future: asyncio.Future[Connection] = (
                asyncio.get_running_loop().create_future()
            )
            heapq.heappush(
                self._waiting, (priority, next(self._arrival_numbers), future)
            )
            connection = await future
        if self._seconds_between_starts:
            now = time.monotonic()
            start = max(now, self._next_start)
            self._next_start = start + self._seconds_between_starts
            await asyncio.sleep(start - now)
        return connection

    @property
    def _in_use(self) -> int:
        return len(self._all) - len(self._idle)

    def adjust_limit(self, *, rate_limited: bool) -> None:
        """Lower the concurrency limit after a 429, or count a response without one.

        ``SUCCESSES_BEFORE_GROWTH`` responses without a 429 raise the limit by one. Call
        this method before the connection is released: a 429 means that the number of
        requests in flight, including the rejected request, was too high.
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
        """Take back a connection; give idle ones to as many requests as allowed."""
        self._idle.append(connection)
        while self._waiting and self._in_use < self._limit:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(self._idle.pop())

    async def close(self) -> None:
        """Close every connection."""
        for connection in self._all:
            await connection.close()
