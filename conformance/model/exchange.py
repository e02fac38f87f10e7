"""What crossed the wire: one request, and all that came back.

Nothing in an exchange is secret: the target takes its keys out of what it hands
over, and leaves ``REDACTED`` marks where the server had repeated one.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from operator import itemgetter
from typing import Final

from conformance.model.event import Event
from conformance.model.json_body import ParsedBody, parse_body
from conformance.model.node import Finding, Json, Node, UnexpectedValue, quote
from conformance.model.request import JSON_TYPE, Request
from conformance.model.sse import Frame, frames

REDACTED: Final = "[conformance: {} was here]"
"""Stands in a body or header where the server repeated a key of ours."""

SSE_TYPE: Final = "text/event-stream"
TERMINAL: Final = frozenset(
    f"response.{status}" for status in ("completed", "failed", "incomplete")
)
_RESPONSE_FIELDS: Final = frozenset({"id", "object", "output", "status"})


def _looks_like_a_response(value: Json) -> bool:
    """Say whether a body is meant as a response, and not as a chat completion."""
    if not isinstance(value, dict) or _RESPONSE_FIELDS.isdisjoint(value):
        return False
    return "output" in value or "choices" not in value


class FailureKind(StrEnum):
    """Why an exchange has no whole answer."""

    UNSENT = "no request that HTTP can carry"
    CONNECT = "no connection"
    TIMEOUT = "out of time"
    TRUNCATED = "connection closed inside the answer"
    PROTOCOL = "not HTTP"
    TOO_LARGE = "more bytes than the cap allows"
    ENCODING = "content encoding does not decode"


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """What ended an exchange early: its kind, and the words of the transport."""

    kind: FailureKind
    detail: str = ""

    def __str__(self) -> str:
        """Return both on one line."""
        return f"{self.kind}: {self.detail}" if self.detail else str(self.kind)


class ResponseKind(StrEnum):
    """What an answer is, seen from afar."""

    RESPONSE = "a response object"
    STREAM = "a stream of events"
    CLIENT_ERROR = "a refusal"
    SERVER_ERROR = "a server error"
    UNRECOGNIZED = "nothing that the contract knows"
    NO_RESPONSE = "no answer"


class Inconclusive(Exception):
    """What came back leaves nothing to judge, through no fault of its own."""


class RejectedRequest(Exception):
    """A 4xx came where a check needs an answer; ``exchange`` holds it."""

    def __init__(self, exchange: "Exchange") -> None:
        super().__init__(exchange)
        self.exchange = exchange

    def __str__(self) -> str:
        """Say what was refused, when somebody wants to know: most are only caught."""
        return f"{self.exchange.id} was refused: {self.exchange.summary}"


@dataclass(frozen=True, eq=False)
class Exchange:
    """A request and its whole answer, kept as the bytes that arrived.

    ``headers`` are in order, with lower-case names. ``body`` is without its
    content encoding; ``wire_bytes`` counts what crossed. ``chunks`` gives, for
    each piece that arrived, the seconds since the request was sent and the
    offset in ``body`` where the piece ends. ``started`` is in seconds since the
    start of the run. ``status`` is 0 when no answer came. ``turn`` counts the
    turns of the probe from 0, ``place`` the requests of one turn. ``origin`` is the
    scheme, host and port that were asked, empty where that is not known.
    """

    request: Request
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    chunks: tuple[tuple[float, int], ...] = ()
    started: float = 0.0
    elapsed: float = 0.0
    failure: TransportFailure | None = None
    wire_bytes: int = 0
    http_version: str = "1.1"
    id: str = "x-0000"
    probe: str = ""
    turn: int = 0
    index: int = 0
    origin: str = ""

    def header(self, name: str) -> str | None:
        """Return the value of a header by its lower-case name; the first counts."""
        return next((value for key, value in self.headers if key == name), None)

    @cached_property
    def media_type(self) -> str:
        """Return the media type in lower case, without its parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def finding(self, pointer: str, expected: str, got: str) -> Finding:
        """Build a finding about this exchange."""
        return Finding(pointer, expected, got, self.id)

    @property
    def summary(self) -> str:
        """Describe the answer on one line, for reasons and messages."""
        if self.failure and not self.status:
            return str(self.failure)
        text = self.body[:300].decode("utf-8", "replace").strip() or "an empty body"
        return f"status {self.status}, {quote(' '.join(text.split()))}"

    @cached_property
    def parsed_body(self) -> ParsedBody:
        """Return the body as it was read as JSON, well or not."""
        return parse_body(self.body)

    @property
    def is_json(self) -> bool:
        """Say whether the body is one JSON value."""
        return not self.parsed_body.error

    @property
    def json(self) -> Node:
        """Return the body as JSON; raises ``UnexpectedValue`` when it is not."""
        if self.parsed_body.error:
            start = quote(self.body[:80].decode("utf-8", "replace"))
            got = f"{self.parsed_body.error} in {start}"
            raise UnexpectedValue(self.finding("", "one JSON value", got))
        return Node(self.parsed_body.value, "", self.id)

    def _arrival(self, end: int) -> float:
        index = bisect_left(self.chunks, end, key=itemgetter(1))
        return self.chunks[index][0] if index < len(self.chunks) else self.elapsed

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """Return the body as server-sent events, whatever its media type."""
        return tuple(frames(self.body))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return the events of a stream; the ``[DONE]`` sentinel is not one."""
        told = [frame for frame in self.frames if frame.data.strip() != "[DONE]"]
        return tuple(
            Event(index, frame, self._arrival(frame.end), self.id)
            for index, frame in enumerate(told)
        )

    @cached_property
    def kind(self) -> ResponseKind:
        """Say what the answer is, by its status and its first look."""
        if self.status == 0:
            return ResponseKind.NO_RESPONSE
        if 400 <= self.status < 500:
            return ResponseKind.CLIENT_ERROR
        if self.status >= 500:
            return ResponseKind.SERVER_ERROR
        if not 200 <= self.status < 300:
            return ResponseKind.UNRECOGNIZED
        if self.media_type != SSE_TYPE and self.is_json:
            known = _looks_like_a_response(self.parsed_body.value)
            return ResponseKind.RESPONSE if known else ResponseKind.UNRECOGNIZED
        told = self.media_type == SSE_TYPE or self.request.streamed
        if told and any(event.type for event in self.events):
            return ResponseKind.STREAM
        return ResponseKind.UNRECOGNIZED

    @cached_property
    def has_response(self) -> bool:
        """Say whether the answer is a response object or a stream of events."""
        return self.kind in {ResponseKind.RESPONSE, ResponseKind.STREAM}

    @property
    def rate_limited(self) -> bool:
        """Say whether the server asked us to come back later."""
        return self.status == 429

    @cached_property
    def terminal(self) -> Event | None:
        """Return the first event that ends the response, if there is one."""
        return next((event for event in self.events if event.type in TERMINAL), None)

    @property
    def response(self) -> Node:
        """Return the response object: the JSON body, or a stream's last snapshot.

        Raises ``RejectedRequest`` for a 4xx, ``Inconclusive`` where no answer came or
        the server broke down, or where a success holds no response object (clauses
        of their own judge that, so that one defect is not blamed twice).
        """
        match self.kind:
            case ResponseKind.RESPONSE:
                return self.json
            case ResponseKind.STREAM if self.terminal:
                return self.terminal.data["response"]
            case ResponseKind.STREAM:
                raise Inconclusive(f"{self.id}: the stream has no terminal event")
            case ResponseKind.CLIENT_ERROR if not self.rate_limited:
                raise RejectedRequest(self)
            case _:
                raise Inconclusive(f"{self.id}: {self.summary}")

    @cached_property
    def response_or_none(self) -> Node | None:
        """Return the response object where there is one, without raising."""
        try:
            return self.response
        except (RejectedRequest, Inconclusive, UnexpectedValue):
            return None

    def items(self, type_: str = "") -> Iterator[Node]:
        """Yield the output items of the response, of one type when given.

        Raises what ``response`` raises, and ``Inconclusive`` where ``output`` is no
        array (a clause of its own judges that).
        """
        output = self.response.get("output")
        if output is None or not output.is_a(list):
            raise Inconclusive(f"{self.id}: the response has no array of output")
        for item in output:
            if not type_ or (item.is_a(dict) and item.value.get("type") == type_):
                yield item

    @property
    def text(self) -> str:
        """Return all visible text of the response, its parts joined.

        Raises what ``items`` raises; parts of another form count as nothing.
        """
        parts = [
            part.value.get("text")
            for item in self.items("message")
            if isinstance(item.value.get("content"), list)
            for part in item["content"]
            if part.is_a(dict)
        ]
        return "".join(part for part in parts if isinstance(part, str))

    @property
    def has_json_media_type(self) -> bool:
        """Say whether the media type is JSON."""
        return self.media_type == JSON_TYPE or self.media_type.endswith("+json")
