"""What the gateway answers, before and as it becomes bytes."""

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
    """Bytes that are flushed together, ``delay_s`` seconds after the chunk before.

    ``end`` says how the connection ends right after them, if it does.
    """

    data: bytes = b""
    delay_s: float = 0.0
    end: Literal["close", "reset"] | None = None


DISCONNECT: Final = Chunk(end="close")
"""Close the connection here, whatever was promised (TCP FIN)."""

RESET: Final = Chunk(end="reset")
"""Reset the connection here (TCP RST)."""


@dataclass(frozen=True)
class ResponseHead:
    """The status line and the headers, their names in lower case.

    Without a ``content-length`` the body is sent chunked. ``raw`` bytes replace
    status line, headers and framing: they and the chunks go out exactly as they
    are, and the connection closes after them.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    delay_s: float = 0.0

    def header(self, name: str) -> str | None:
        """The value of a header, the last one where there are several."""
        return dict(self.headers).get(name)

    def with_header(self, name: str, value: str) -> Self:
        """The same head with one header set, whatever it was before."""
        return replace(self, headers=(*self.without(name).headers, (name, value)))

    def without(self, *names: str) -> Self:
        """The same head without some headers."""
        kept = tuple(h for h in self.headers if h[0] not in names)
        return replace(self, headers=kept)


@dataclass(frozen=True)
class GatewayResponse:
    """One answer: a JSON ``payload``, or ``events``, which make it a stream.

    ``names`` are the SSE event names: "types" takes each event's own type, None
    writes data-only frames. ``done`` ends the stream with ``[DONE]``. ``pacing``
    is the pause in seconds between two events. ``raw`` replaces the whole body.
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
        """Whether the answer is a stream of events."""
        return self.events is not None

    @property
    def is_rejection(self) -> bool:
        """Whether the answer is a refusal."""
        return self.status >= 400

    def with_payload(self, payload: Json) -> Self:
        """The same reply with another JSON body."""
        return replace(self, payload=payload)

    def with_events(self, events: Iterable[Json]) -> Self:
        """The same stream with other events, named by their types again."""
        if self.names is None:
            return replace(self, events=tuple(events))
        return replace(self, events=tuple(events), names="types")

    def with_headers(self, **headers: str) -> Self:
        """The same reply with more headers; an underscore stands for a hyphen."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={**self.headers, **more})

    def to_wire(self) -> tuple[ResponseHead, Iterable[Chunk]]:
        """Write the answer down: its head, and its body in flushes."""
        kind = self.media_type or (STREAM_TYPE if self.streamed else JSON_TYPE)
        headers = {"content-type": kind, "cache-control": "no-store", **self.headers}
        if self.streamed and self.raw is None:
            headers = {**headers, "cache-control": "no-cache, no-store"}
            headers.setdefault("x-accel-buffering", "no")
            return ResponseHead(self.status, tuple(headers.items())), self._frames()
        body = to_json(self.payload) if self.raw is None else self.raw
        headers.setdefault("content-length", str(len(body)))
        return ResponseHead(self.status, tuple(headers.items())), [Chunk(body)]

    def _frames(self) -> Iterator[Chunk]:
        pause = 0.0
        for i, event in enumerate(self.events or ()):
            yield Chunk(
                self._name(i, event) + b"data: " + to_json(event) + b"\n\n", pause
            )
            pause = self.pacing
        if self.done:
            yield Chunk(b"data: [DONE]\n\n", pause)

    def _name(self, i: int, event: Json) -> bytes:
        if self.names is None:
            return b""
        name = event.get("type") if self.names == "types" else self.names[i]
        return b"" if name is None else f"event: {name}\n".encode()


def to_json(value: Json) -> bytes:
    """Write JSON in UTF-8, without blanks."""
    return _ENCODER.encode(value).encode()
