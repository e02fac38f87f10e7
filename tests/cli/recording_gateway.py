"""A gateway that records the requests of a run, and can misbehave on purpose."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from conformance.reference.app import application
from conformance.reference.fault import Fault
from conformance.reference.server import GatewayServer

PLAIN_PROMPT = b"Say hello in one word."
NO_TOOLS = {
    "message": "tools are not supported by this model",
    "type": "invalid_request_error",
    "param": "tools",
    "code": "unsupported_parameter",
}


@dataclass(frozen=True)
class RecordedRequest:
    """The headers and the body of one request."""

    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> Any:  # noqa: ANN401 -- any JSON value
        """Return the body as JSON, or an empty object if it is not JSON."""
        try:
            return json.loads(self.content)
        except ValueError:
            return {}


class RecordingGateway:
    """An embedded gateway in front of which each request is recorded.

    With ``hold``, no request is answered before that many are in flight. With
    ``silent``, none is. With ``no_tools``, tools are rejected. With ``broken``, every
    request but the plain prompt gets a server error, each with another status.
    """

    def __init__(
        self,
        *faults: Fault,
        hold: int = 0,
        silent: bool = False,
        no_tools: bool = False,
        broken: bool = False,
    ) -> None:
        self._app = application(faults)
        self._hold = hold
        self._silent = silent
        self._no_tools = no_tools
        self._broken = broken
        self._full = asyncio.Event()
        self._in_flight = 0
        self.max_in_flight = 0
        self.requests = list[RecordedRequest]()
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Record a request, and pass it on to the gateway."""
        content = b""
        messages = list[Message]()
        while not messages or messages[-1].get("more_body"):
            messages.append(await receive())
            content += messages[-1].get("body", b"")
        headers = {k.decode().lower(): v.decode("latin-1") for k, v in scope["headers"]}
        request = RecordedRequest(headers, content)
        self.requests.append(request)
        self._in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self._in_flight)
        try:
            await self._wait()

            async def again() -> Message:
                return messages.pop(0) if messages else await receive()

            app = self._misbehavior(request) or self._app
            await app(scope, again, send)
        finally:
            self._in_flight -= 1

    async def _wait(self) -> None:
        if self._in_flight >= self._hold and not self._silent:
            self._full.set()
        await self._full.wait()

    def _misbehavior(self, request: RecordedRequest) -> JSONResponse | None:
        if self._no_tools and b'"tools"' in request.content:
            return JSONResponse({"error": NO_TOOLS}, 400)
        if self._broken and PLAIN_PROMPT not in request.content:
            status = 500 + len(self.requests) % 100
            return JSONResponse({"error": {**NO_TOOLS, "message": "broken"}}, status)
        return None


@contextmanager
def recording(gateway: RecordingGateway) -> Iterator[RecordingGateway]:
    """Serve a gateway on a free port."""
    with GatewayServer(gateway) as server:
        gateway.url = server.url
        yield gateway
