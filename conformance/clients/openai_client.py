"""The official ``openai`` client, reading answers that are on record.

Its own HTTP stack, SSE decoder, models, accumulator and errors are at work; only the
network is not: a transport hands it the recorded bytes in the pieces that they came
in. The rest of its surface is not driven.
"""

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, Any, Final

from conformance.clients.extras import missing_extra
from conformance.model.exchange import Exchange
from conformance.model.request import Request

if TYPE_CHECKING:
    import httpx2
    import openai

EXTRA: Final = "openai"

_OF_THE_WIRE: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection"}
)
"""Headers about bytes on the wire, which a recorded body no longer is."""

_ONE_AT_A_TIME: Final = RLock()
"""Two threads that load the client at once would see halves of its modules."""

_FIRST_AND_LAST: Final = ("created", "completed")

_ASKED: Final[dict[str, Any]] = {"model": "recorded", "input": "recorded"}
"""What the client is told to send; the recorded answer comes whatever it asks."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call as a program gets it."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ClientResult:
    """What the client hands to its program; ``trouble`` is what it raised instead."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    events: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class ClientError:
    """What the client raises for a refusal, and how often it sent the request.

    ``message`` is the text of the error object, empty where the client found none.
    """

    name: str
    message: str
    sent: int


def missing_reason() -> str:
    """Say what to install where the client is absent; nothing where it is there."""
    why = missing_extra(EXTRA)
    return f"the official client is {why}" if why else ""


def _pieces(exchange: Exchange) -> Iterator[bytes]:
    """Yield the body in the pieces that it arrived in."""
    start = 0
    for _, end in exchange.chunks:
        yield exchange.body[start:end]
        start = end
    yield exchange.body[start:]


class _Replay:
    """A transport's other end: gives the same recorded answer to every request."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.sent = 0

    def __call__(self, request: "httpx2.Request") -> "httpx2.Response":
        import httpx2  # noqa: PLC0415 -- dear, and an extra

        self.sent += 1
        headers = [
            (name, value)
            for name, value in self._exchange.headers
            if name not in _OF_THE_WIRE
        ]
        return httpx2.Response(
            self._exchange.status,
            headers=[*headers, ("retry-after-ms", "1")],  # no test of its patience
            content=_pieces(self._exchange),
            request=request,
        )


def _client(replay: _Replay, retries: int = 0) -> "openai.OpenAI":
    import httpx2  # noqa: PLC0415 -- as above
    import openai  # noqa: PLC0415 -- dear, and an extra

    return openai.OpenAI(
        api_key="recorded",
        base_url="http://recorded.invalid/v1",
        max_retries=retries,
        http_client=httpx2.Client(transport=httpx2.MockTransport(replay)),
    )


@contextmanager
def _unwarned() -> Iterator[None]:
    """Keep the models' warnings apart: where they are errors they would stop it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _read(
    exchange: Exchange, drive: Callable[["openai.OpenAI"], ClientResult]
) -> ClientResult:
    """Let the client read an answer; whatever it raises is what it makes of it."""
    with _ONE_AT_A_TIME, _unwarned(), _client(_Replay(exchange)) as client:
        try:
            return drive(client)
        except Exception as error:  # noqa: BLE001 -- a client's every error is evidence
            return ClientResult(trouble=f"{type(error).__name__}: {error}")


def _calls(response: Any) -> tuple[Call, ...]:  # noqa: ANN401 -- the client's models are lenient
    return tuple(
        Call(item.call_id, item.name, item.arguments)
        for item in response.output
        if item.type == "function_call"
    )


def _created(client: "openai.OpenAI") -> ClientResult:
    response = client.responses.create(**_ASKED)
    return ClientResult(response.output_text, _calls(response))


def _iterated(client: "openai.OpenAI") -> ClientResult:
    with client.responses.create(**_ASKED, stream=True) as stream:
        return ClientResult(
            events=tuple(getattr(event, "type", "") for event in stream)
        )


def _accumulated(client: "openai.OpenAI", *, completed: bool) -> ClientResult:
    with client.responses.stream(**_ASKED) as stream:
        events = list(stream)
        if completed:
            final: Any = stream.get_final_response()
        else:
            final = [vars(e)["response"] for e in events if "response" in vars(e)][-1]
    return ClientResult(final.output_text, _calls(final), tuple(e.type for e in events))


def read_response(exchange: Exchange) -> ClientResult:
    """Return what ``responses.create`` makes of a response object."""
    return _read(exchange, _created)


def read_events(exchange: Exchange) -> ClientResult:
    """Return what iterating over ``responses.create(stream=True)`` gives."""
    return _read(exchange, _iterated)


def read_final_response(exchange: Exchange) -> ClientResult:
    """Return what ``responses.stream`` gives, and its final response.

    The client gives a final response only to a stream that was completed; of another
    one the last snapshot is taken.
    """
    last = exchange.terminal.type if exchange.terminal else ""
    completed = last == "response.completed"
    return _read(exchange, partial(_accumulated, completed=completed))


def raised(exchange: Exchange, retries: int = 1) -> ClientError:
    """Return what ``responses.create`` raises for a refusal."""
    replay = _Replay(exchange)
    with _ONE_AT_A_TIME, _unwarned(), _client(replay, retries) as client:
        import openai  # noqa: PLC0415 -- dear, and an extra

        try:
            client.responses.create(**_ASKED)
        except openai.APIStatusError as error:
            told = error.body.get("message") if isinstance(error.body, dict) else None
            message = told if isinstance(told, str) else ""
            return ClientError(type(error).__name__, message, replay.sent)
        except Exception as error:  # noqa: BLE001 -- as above
            return ClientError(f"{type(error).__name__}: {error}", "", replay.sent)
    return ClientError("nothing", "", replay.sent)


def preload(_profile: str) -> None:
    """Load the client now, so that nothing waits for it.

    It builds most of its models over the first answer, so it is given one.
    """
    if missing_reason():
        return
    response = {"id": "r", "output": [{"type": "message", "content": []}]}
    told = [{"type": f"response.{w}", "response": response} for w in _FIRST_AND_LAST]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in told).encode()
    stream = (("content-type", "text/event-stream"),)
    with suppress(ImportError):
        read_final_response(Exchange(Request(), 200, stream, body))
