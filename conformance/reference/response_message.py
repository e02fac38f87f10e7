"""The gateway's HTTP response, as JSON values and as bytes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self

Json = Any

JSON_TYPE: Final = "application/json"
STREAM_TYPE: Final = "text/event-stream"

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Chunk:
    """Bytes that are flushed together, ``delay_s`` seconds after the previous chunk.

    If ``end`` is set, the connection is closed or reset right after these bytes.
    """

    data: bytes = b""
    delay_s: float = 0.0
    end: Literal["close", "reset"] | None = None


DISCONNECT: Final = Chunk(end="close")
"""Close the connection here (TCP FIN), even if the body is incomplete."""

RESET: Final = Chunk(end="reset")
"""Reset the connection here (TCP RST)."""


@dataclass(frozen=True)
class ResponseHead:
    """The status code and the headers, with lower-case names.

    Without a ``content-length``, the body is sent with chunked encoding. ``raw``
    replaces status line, headers and framing: its bytes and the chunks are sent
    unchanged, and then the connection is closed. ``delay_s`` is the delay before the
    first byte in seconds.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    delay_s: float = 0.0

    def header(self, name: str) -> str | None:
        """Return the last value of a header, or None."""
        return dict(self.headers).get(name)

    def with_header(self, name: str, value: str) -> Self:
        """Return the head with one header set; replace earlier values."""
        return replace(
            self, headers=(*self.without_headers(name).headers, (name, value))
        )

    def without_headers(self, *names: str) -> Self:
        """Return the head without the named headers."""
        others = tuple(h for h in self.headers if h[0] not in names)
        return replace(self, headers=others)


@dataclass(frozen=True)
class GatewayResponse:
    """One HTTP response: a JSON ``payload``, or a stream of ``events``.

    ``names`` are the values of the SSE ``event`` field: one per event, "types" for
    the type of each event, or None for frames without the field. ``done`` ends the
    stream with ``[DONE]``. ``pacing`` is the pause between two events in seconds.
    ``raw`` replaces the body, and ``media_type`` the default media type.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    payload: Json = None
    events: tuple[Json, ...] | None = None
    names: tuple[str, ...] | Literal["types"] | None = "types"
    done: bool = False
    raw: bytes | None = None
    media_type: str | None = None
    pacing: float = 0.0

    @property
    def streamed(self) -> bool:
        """Return whether the response is an event stream."""
        return self.events is not None

    @property
    def is_rejection(self) -> bool:
        """Return whether the status is 400 or higher."""
        return self.status >= 400

    def with_payload(self, payload: Json) -> Self:
        """Return the response with another JSON body."""
        return replace(self, payload=payload)

    def with_events(self, events: Iterable[Json]) -> Self:
        """Return the stream with other events.

        If frames have an ``event`` field, its value becomes the type of the new event.
        """
        if self.names is None:
            return replace(self, events=tuple(events))
        return replace(self, events=tuple(events), names="types")

    def with_headers(self, **headers: str) -> Self:
        """Return the response with more headers; ``_`` in a name becomes a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})

    def to_wire(self) -> tuple[ResponseHead, Iterable[Chunk]]:
        """Return the head and the chunks of the body; a stream has one per event."""
        media_type = self.media_type or (STREAM_TYPE if self.streamed else JSON_TYPE)
        headers = {
            "content-type": media_type,
            "cache-control": "no-store",
            **self.headers,
        }
        if self.streamed and self.raw is None:
            headers = {**headers, "cache-control": "no-cache, no-store"}
            headers.setdefault("x-accel-buffering", "no")
            return ResponseHead(self.status, tuple(headers.items())), self._frames()
        body = to_json(self.payload) if self.raw is None else self.raw
        headers.setdefault("content-length", str(len(body)))
        return ResponseHead(self.status, tuple(headers.items())), [Chunk(body)]

    def _frames(self) -> Iterator[Chunk]:
        """Yield the SSE frame of each event as one chunk, ``pacing`` seconds apart."""
        pause = 0.0
        for i, event in enumerate(self.events or ()):
            yield Chunk(
                self._event_line(i, event) + b"data: " + to_json(event) + b"\n\n", pause
            )
            pause = self.pacing
        if self.done:
            yield Chunk(b"data: [DONE]\n\n", pause)

    def _event_line(self, i: int, event: Json) -> bytes:
        """Return the ``event`` field of a frame, or no bytes if it has none."""
        if self.names is None:
            return b""
        name = event.get("type") if self.names == "types" else self.names[i]
        return b"" if name is None else f"event: {name}\n".encode()


def to_json(value: Json) -> bytes:
    """Return compact JSON in UTF-8."""
    return _ENCODER.encode(value).encode()
