"""HTTP/1.1 to a target's own address: h11 on an asyncio transport, and nothing between.

A client library has a pool, locks, and a deadline for each read. Here is one connection
for one exchange at a time, within the one deadline of its caller, and that costs a
fourth of the processor time.
"""

import asyncio
import select
import socket
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final, Self

import h11

from conformance.core.exchange import Failure, Trouble
from conformance.run.address import Address

IDLE: Final = 5.0
"""Seconds after which a connection that nobody used is not used again."""

_LONGEST_HEAD: Final = 100 * 1024
"""Bytes that the headers of an answer may have."""

_MOST_AHEAD: Final = 256 * 1024
"""Bytes that may have arrived unread before we stop listening."""

_NEXT_ADDRESS: Final = 0.25
"""Seconds after which the next address of a host is tried beside the first."""

_SIZED: Final = frozenset({"POST", "PUT", "PATCH"})
"""Methods whose requests say that they have no body."""

_Event = h11.Event | type[h11.NEED_DATA | h11.PAUSED]

Tls = Callable[[], ssl.SSLContext]
"""Whom we trust, asked for only where it is needed: to read it takes long."""


class Broken(Exception):
    """A request got no answer; ``failure`` says why, in our words."""

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(trouble, detail)


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and how to read on.

    ``headers`` are in order, with lower-case names. ``read`` returns the next piece of
    the body as it crossed, ``None`` behind the last; it raises ``Broken`` and
    ``OSError``. ``close`` is to be called in any case.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    version: str
    read: Callable[[], Awaitable[bytes | None]]
    close: Callable[[], Awaitable[None]]


def readable(raw: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[str, str], ...]:
    """Return headers as text: UTF-8 where all of them are, else Latin-1."""
    told = tuple(raw)
    try:
        return tuple((n.decode().lower(), v.decode()) for n, v in told)
    except UnicodeDecodeError:
        return tuple((n.decode("l1").lower(), v.decode("l1")) for n, v in told)


class _Pipe(asyncio.Protocol):
    """What arrived and was not read, in order, and how it ended."""

    def __init__(self) -> None:
        self._pieces = deque[bytes]()
        self._ahead = 0
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._gone = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._pieces.append(data)
        self._ahead += len(data)
        if self._ahead > _MOST_AHEAD and self._transport:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = exc
        self._wake()
        if not self._gone.done():
            self._gone.set_result(None)

    def _wake(self) -> None:
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(None)

    @property
    def quiet(self) -> bool:
        """Say whether nothing has come, not even the end, that nobody has read."""
        if self._ended or self._pieces or not self._transport:
            return False
        sock: socket.socket = self._transport.get_extra_info("socket")
        return not _has_news(sock)

    def write(self, data: bytes) -> None:
        """Send; what the other side will not take is told by what it answers."""
        if self._transport:
            self._transport.write(data)

    async def read(self) -> bytes:
        """Return what arrived next, empty at the end; raises ``OSError``."""
        while not self._pieces:
            if self._error:
                raise self._error
            if self._ended:
                return b""
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        piece = self._pieces.popleft()
        if self._ahead > _MOST_AHEAD >= self._ahead - len(piece) and self._transport:
            self._transport.resume_reading()
        self._ahead -= len(piece)
        return piece

    async def close(self) -> None:
        """Let go of the connection at once, and wait until it is gone."""
        if self._transport:
            self._transport.abort()
            await self._gone


def _has_news(sock: socket.socket) -> bool:
    """Say whether a socket has something to read, which the loop may not know yet."""
    if not hasattr(select, "poll"):
        return bool(select.select([sock], [], [], 0)[0])
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


class Connection:
    """A connection to an address, for one exchange after another."""

    def __init__(self, address: Address, pipe: _Pipe) -> None:
        self._address = address
        self._pipe = pipe
        self._state = h11.Connection(
            h11.CLIENT, max_incomplete_event_size=_LONGEST_HEAD
        )
        self._used_at = time.monotonic()

    @classmethod
    async def to(cls, address: Address, tls: Tls) -> Self:
        """Connect; raises ``Broken``."""
        try:
            _, pipe = await asyncio.get_running_loop().create_connection(
                _Pipe,
                address.host,
                address.port,
                ssl=tls() if address.secure else None,
                happy_eyeballs_delay=_NEXT_ADDRESS,
            )
        except (OSError, UnicodeError) as error:
            raise Broken(Trouble.CONNECT, str(error)) from error
        return cls(address, pipe)

    def serves(self, address: Address) -> bool:
        """Say whether a request to ``address`` may go out on this connection."""
        mine = self._address
        same = (mine.secure, mine.name) == (address.secure, address.name)
        idle = self._state.our_state is h11.IDLE
        fresh = time.monotonic() - self._used_at < IDLE
        return same and idle and fresh and self._pipe.quiet

    async def ask(
        self, method: str, path: str, headers: dict[str, str], content: bytes
    ) -> Answer:
        """Send a request, and return the answer when its head is there.

        Raises ``Broken`` and ``OSError``; the connection is then closed.
        """
        try:
            self._pipe.write(self._bytes(method, path, headers, content))
            head = await self._event()
            while not isinstance(head, h11.Response):
                head = await self._event()
        except BaseException:
            await self.close()
            raise
        return Answer(
            head.status_code,
            readable(head.headers),
            head.http_version.decode("ascii"),
            self._read,
            self._release,
        )

    def _bytes(
        self, method: str, path: str, headers: dict[str, str], content: bytes
    ) -> bytes:
        given = {name.lower() for name in headers}
        named = {} if "host" in given else {"Host": self._address.name}
        sized = {}
        due = method in _SIZED and "transfer-encoding" not in given
        if "content-length" not in given and (content or due):
            sized = {"Content-Length": str(len(content))}
        send = self._state.send
        try:
            asked = h11.Request(
                method=method, target=path, headers=[*(named | headers | sized).items()]
            )
            whole = [send(asked), send(h11.Data(content)), send(h11.EndOfMessage())]
        except (h11.LocalProtocolError, UnicodeEncodeError) as error:
            raise Broken(Trouble.UNSENT, str(error)) from error
        return b"".join(part or b"" for part in whole)

    async def _event(self) -> _Event:
        """Return what the target said next; raises ``Broken`` and ``OSError``."""
        while True:
            try:
                event = self._state.next_event()
                if event is not h11.NEED_DATA:
                    return event
                data = await self._pipe.read()
                if not data and self._state.their_state is h11.SEND_RESPONSE:
                    unsaid = "the connection was closed before an answer"
                    raise Broken(Trouble.CUT, unsaid)
                self._state.receive_data(data)
            except h11.RemoteProtocolError as error:
                odd = "illegal" in str(error).lower()
                trouble = Trouble.PROTOCOL if odd else Trouble.CUT
                raise Broken(trouble, str(error)) from error

    async def _read(self) -> bytes | None:
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    async def _release(self) -> None:
        """Be ready for the next request, or close where that cannot be."""
        state = self._state
        both = state.our_state is h11.DONE and state.their_state is h11.DONE
        if both and not state.trailing_data[0]:  # else it would be the next answer
            state.start_next_cycle()
            self._used_at = time.monotonic()
        else:
            await self.close()

    async def close(self) -> None:
        """Close the connection; nothing more can be sent on it."""
        self._state.send_failed()
        await self._pipe.close()
