"""Run the official ``openai`` client on recorded responses.

The HTTP layer, SSE decoder, models, stream accumulator and errors are those of the
client. Only the network is replaced: a transport returns the recorded bytes in the
recorded chunks. Other parts of the client are not used.
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
"""The extra that installs the client."""

_TRANSFER_HEADERS: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection"}
)
"""Headers that are not replayed: they describe the transfer of the encoded body.

A recorded body is already decoded.
"""

_LOCK: Final = RLock()
"""Held while the client is imported and used.

If two threads import the client at the same time, they see incomplete modules.
"""

_REQUEST: Final[dict[str, Any]] = {"model": "recorded", "input": "recorded"}
"""The request that the client sends. The response does not depend on it."""


@dataclass(frozen=True, slots=True)
class Call:
    """A function call as the client returns it."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ClientResult:
    """What the client returns to the program that uses it.

    ``text`` is the text of the response, ``events`` the types of its events. ``error``
    is the exception that the client raised, empty if there was none.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    events: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class ClientError:
    """The error that the client raises for a 4xx.

    ``name`` is the class of the error, or ``no error``. ``message`` is the message of
    the error object, empty if the client found none. ``sent`` is how often the client
    sent the request.
    """

    name: str
    message: str
    sent: int


def missing_reason() -> str:
    """Return how to install the client, or an empty string if it is installed."""
    reason = missing_extra(EXTRA)
    return f"the official client is {reason}" if reason else ""


def _chunks(exchange: Exchange) -> Iterator[bytes]:
    """Yield the body in the chunks in which it was received."""
    start = 0
    for _, end in exchange.chunks:
        yield exchange.body[start:end]
        start = end
    yield exchange.body[start:]


class _Replay:
    """A transport that returns the same recorded response for every request.

    ``sent`` counts the requests that the client sent.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.sent = 0

    def __call__(self, request: "httpx2.Request") -> "httpx2.Response":
        import httpx2  # noqa: PLC0415 -- slow, and optional

        self.sent += 1
        headers = [
            (name, value)
            for name, value in self._exchange.headers
            if name not in _TRANSFER_HEADERS
        ]
        return httpx2.Response(
            self._exchange.status,
            headers=[*headers, ("retry-after-ms", "1")],  # so that retries do not wait
            content=_chunks(self._exchange),
            request=request,
        )


def _client(replay: _Replay, retries: int = 0) -> "openai.OpenAI":
    import httpx2  # noqa: PLC0415 -- as above
    import openai  # noqa: PLC0415 -- slow, and optional

    return openai.OpenAI(
        api_key="recorded",
        base_url="http://recorded.invalid/v1",
        max_retries=retries,
        http_client=httpx2.Client(transport=httpx2.MockTransport(replay)),
    )


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Ignore warnings of the client's models, which may be configured as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _read(
    exchange: Exchange, use: Callable[["openai.OpenAI"], ClientResult]
) -> ClientResult:
    """Call ``use`` with a client that receives the recorded response.

    An error that the client raises becomes part of the result.
    """
    with _LOCK, _without_warnings(), _client(_Replay(exchange)) as client:
        try:
            return use(client)
        except Exception as error:  # noqa: BLE001 -- every error of the client is evidence
            return ClientResult(error=f"{type(error).__name__}: {error}")


def _calls(response: Any) -> tuple[Call, ...]:  # noqa: ANN401 -- the client does not validate its models
    return tuple(
        Call(item.call_id, item.name, item.arguments)
        for item in response.output
        if item.type == "function_call"
    )


def _create(client: "openai.OpenAI") -> ClientResult:
    response = client.responses.create(**_REQUEST)
    return ClientResult(response.output_text, _calls(response))


def _iterate(client: "openai.OpenAI") -> ClientResult:
    with client.responses.create(**_REQUEST, stream=True) as stream:
        return ClientResult(
            events=tuple(getattr(event, "type", "") for event in stream)
        )


def _accumulate(client: "openai.OpenAI", *, completed: bool) -> ClientResult:
    """Return the result of ``responses.stream``; see ``read_final_response``."""
    with client.responses.stream(**_REQUEST) as stream:
        events = list(stream)
        if completed:
            final: Any = stream.get_final_response()
        else:
            final = [vars(e)["response"] for e in events if "response" in vars(e)][-1]
    return ClientResult(final.output_text, _calls(final), tuple(e.type for e in events))


def read_response(exchange: Exchange) -> ClientResult:
    """Return the result of ``responses.create`` for a response object."""
    return _read(exchange, _create)


def read_events(exchange: Exchange) -> ClientResult:
    """Return the events of ``responses.create(stream=True)``."""
    return _read(exchange, _iterate)


def read_final_response(exchange: Exchange) -> ClientResult:
    """Return the events and the final response of ``responses.stream``.

    The client has a final response only for a completed stream; for any other stream,
    the last response object in its events is used.
    """
    terminal = exchange.terminal.type if exchange.terminal else ""
    completed = terminal == "response.completed"
    return _read(exchange, partial(_accumulate, completed=completed))


def read_error(exchange: Exchange, retries: int = 1) -> ClientError:
    """Return the error that ``responses.create`` raises for a 4xx."""
    replay = _Replay(exchange)
    with _LOCK, _without_warnings(), _client(replay, retries) as client:
        import openai  # noqa: PLC0415 -- slow, and optional

        try:
            client.responses.create(**_REQUEST)
        except openai.APIStatusError as error:
            value = error.body.get("message") if isinstance(error.body, dict) else None
            message = value if isinstance(value, str) else ""
            return ClientError(type(error).__name__, message, replay.sent)
        except Exception as error:  # noqa: BLE001 -- as above
            return ClientError(f"{type(error).__name__}: {error}", "", replay.sent)
    return ClientError("no error", "", replay.sent)


def preload(_profile: str) -> None:
    """Load the client, so that the first response need not wait for it.

    The client builds most of its models when it reads its first response, so it reads
    one here.
    """
    if missing_reason():
        return
    response = {"id": "r", "output": [{"type": "message", "content": []}]}
    types = ("response.created", "response.completed")
    events = [{"type": type_, "response": response} for type_ in types]
    body = "".join(f"data: {json.dumps(event)}\n\n" for event in events).encode()
    stream = (("content-type", "text/event-stream"),)
    with suppress(ImportError):
        read_final_response(Exchange(Request(), 200, stream, body))
