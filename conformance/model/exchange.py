"""An exchange: one request and the response that was received for it.

An exchange contains no secret. ``Target`` replaces every key that the server returned
by a ``REDACTED`` marker.
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
"""The marker in place of an API key that the server returned; ``{}`` names the key."""

SSE_TYPE: Final = "text/event-stream"
TERMINAL: Final = frozenset(
    f"response.{status}" for status in ("completed", "failed", "incomplete")
)
"""The types of the events that end a stream."""

_RESPONSE_FIELDS: Final = frozenset({"id", "object", "output", "status"})
"""A JSON object without any of these fields is not a response object."""


def _is_response_object(value: Json) -> bool:
    """Return whether a JSON body is a response object, not a chat completion."""
    if not isinstance(value, dict) or _RESPONSE_FIELDS.isdisjoint(value):
        return False
    return "output" in value or "choices" not in value


class FailureKind(StrEnum):
    """Why an exchange has no complete response.

    The journal stores the name of the member, such as ``TIMEOUT``.
    """

    UNSENT = "request cannot be sent over HTTP"
    CONNECT = "no connection"
    TIMEOUT = "timed out"
    TRUNCATED = "connection closed before the response was complete"
    PROTOCOL = "not HTTP"
    TOO_LARGE = "response too large"
    ENCODING = "content encoding cannot be decoded"


@dataclass(frozen=True, slots=True)
class TransportFailure:
    """Why an exchange ended early; ``detail`` is the message of the transport."""

    kind: FailureKind
    detail: str = ""

    def __str__(self) -> str:
        """Return kind and detail on one line."""
        return f"{self.kind}: {self.detail}" if self.detail else str(self.kind)


class ResponseKind(StrEnum):
    """What kind of response an exchange has, by its status and the form of its body."""

    RESPONSE = "a response object"
    STREAM = "an event stream"
    CLIENT_ERROR = "an error response (4xx)"
    SERVER_ERROR = "a server error (5xx)"
    UNRECOGNIZED = "an unrecognized response"
    NO_RESPONSE = "no response"


class Inconclusive(Exception):
    """An exchange lacks what a check needs, but does not violate its requirement."""


class RejectedRequest(Exception):
    """The server rejected a request, and a check needs the response to that request.

    ``exchange`` is the exchange with the rejected request and the 4xx.
    """

    def __init__(self, exchange: "Exchange") -> None:
        super().__init__(exchange)
        self.exchange = exchange

    def __str__(self) -> str:
        """Return the id and the summary of the exchange.

        They are formatted only here, because most of these exceptions are not printed.
        """
        return f"{self.exchange.id} was rejected: {self.exchange.summary}"


@dataclass(frozen=True, eq=False)
class Exchange:
    """A request and its response, as the bytes that were received.

    ``status`` is 0 if there was no response. ``headers`` are in the order received,
    with lower-case names. ``body`` is decoded from its content encoding;
    ``wire_bytes`` counts the bytes before decoding. ``chunks`` has one pair for each
    chunk that was received: the seconds since the request was sent, and the offset in
    ``body`` at which the chunk ends. ``started`` is the time from the start of the run
    to the start of the exchange, in seconds. ``elapsed`` is the duration of the
    exchange in seconds. ``probe`` is the name of the probe. ``turn`` is the position of
    the turn in the probe, ``index`` the position of the request in its turn; both count
    from 0. ``origin`` is scheme, host and port of the target, empty if unknown.
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
        """Return the first value of a header, given its lower-case name."""
        return next((value for key, value in self.headers if key == name), None)

    @cached_property
    def media_type(self) -> str:
        """Return the media type in lower case, without parameters."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    def finding(self, pointer: str, expected: str, got: str) -> Finding:
        """Return a finding about this exchange."""
        return Finding(pointer, expected, got, self.id)

    @property
    def summary(self) -> str:
        """Describe the response on one line, for reasons and messages."""
        if self.failure and not self.status:
            return str(self.failure)
        text = self.body[:300].decode("utf-8", "replace").strip() or "an empty body"
        return f"status {self.status}, {quote(' '.join(text.split()))}"

    @cached_property
    def parsed_body(self) -> ParsedBody:
        """Return the result of parsing the body as JSON; never raises."""
        return parse_body(self.body)

    @property
    def is_json(self) -> bool:
        """Return whether the body is one JSON value."""
        return not self.parsed_body.error

    @property
    def json(self) -> Node:
        """Return the body as JSON; raises ``UnexpectedValue`` if it is not JSON."""
        if self.parsed_body.error:
            start = quote(self.body[:80].decode("utf-8", "replace"))
            got = f"{self.parsed_body.error} in {start}"
            raise UnexpectedValue(self.finding("", "one JSON value", got))
        return Node(self.parsed_body.value, "", self.id)

    def _arrival(self, end: int) -> float:
        """Return when the body up to the offset ``end`` was received.

        The time is in seconds after the request was sent.
        """
        index = bisect_left(self.chunks, end, key=itemgetter(1))
        return self.chunks[index][0] if index < len(self.chunks) else self.elapsed

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """Return the body parsed as server-sent events, whatever its media type."""
        return tuple(frames(self.body))

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return the events of a stream, without the ``[DONE]`` marker."""
        event_frames = [f for f in self.frames if f.data.strip() != "[DONE]"]
        return tuple(
            Event(index, frame, self._arrival(frame.end), self.id)
            for index, frame in enumerate(event_frames)
        )

    @cached_property
    def kind(self) -> ResponseKind:
        """Return the kind of the response, by its status, media type and body.

        A 2xx is a stream if one of its events has a type. It is a response object if
        its JSON body has a field that response objects have.
        """
        if self.status == 0:
            return ResponseKind.NO_RESPONSE
        if 400 <= self.status < 500:
            return ResponseKind.CLIENT_ERROR
        if self.status >= 500:
            return ResponseKind.SERVER_ERROR
        if not 200 <= self.status < 300:
            return ResponseKind.UNRECOGNIZED
        if self.media_type != SSE_TYPE and self.is_json:
            known = _is_response_object(self.parsed_body.value)
            return ResponseKind.RESPONSE if known else ResponseKind.UNRECOGNIZED
        may_be_stream = self.media_type == SSE_TYPE or self.request.streamed
        if may_be_stream and any(event.type for event in self.events):
            return ResponseKind.STREAM
        return ResponseKind.UNRECOGNIZED

    @cached_property
    def has_response(self) -> bool:
        """Return whether the response is a response object or an event stream."""
        return self.kind in {ResponseKind.RESPONSE, ResponseKind.STREAM}

    @property
    def rate_limited(self) -> bool:
        """Return whether the server rejected the request with 429."""
        return self.status == 429

    @cached_property
    def terminal(self) -> Event | None:
        """Return the first terminal event, or ``None`` if there is none."""
        return next((event for event in self.events if event.type in TERMINAL), None)

    @property
    def response(self) -> Node:
        """Return the response object: the JSON body, or that of the terminal event.

        Raises ``RejectedRequest`` for a 4xx other than 429. Raises ``Inconclusive`` for
        a 429 or 5xx, if there is no response, or if a 2xx contains no response object.
        Other requirements cover these cases, so that one defect is reported once.
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
        """Return the response object, or ``None`` if there is none; never raises."""
        try:
            return self.response
        except (RejectedRequest, Inconclusive, UnexpectedValue):
            return None

    def items(self, type_: str = "") -> Iterator[Node]:
        """Yield the output items of the response; with ``type_``, only of that type.

        Raises what ``response`` raises, and ``Inconclusive`` if ``output`` is not an
        array, which another requirement covers.
        """
        output = self.response.get("output")
        if output is None or not output.is_a(list):
            raise Inconclusive(f"{self.id}: `output` is not an array")
        for item in output:
            if not type_ or (item.is_a(dict) and item.value.get("type") == type_):
                yield item

    @property
    def text(self) -> str:
        """Return the text of all message items, concatenated.

        Content parts without a string ``text`` are skipped. Raises what ``items``
        raises.
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
        """Return whether the media type is JSON."""
        return self.media_type == JSON_TYPE or self.media_type.endswith("+json")
