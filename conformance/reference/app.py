"""The gateway as an ASGI application, alone or as one of many in a town."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from conformance.reference.errors import ApiError
from conformance.reference.fault import Fault, respond
from conformance.reference.gateway import KEY, SECOND_KEY, Gateway
from conformance.reference.http_response import Disconnected, send_reply
from conformance.reference.request import MAX_BODY_BYTES, GatewayRequest
from conformance.reference.response import new_id
from conformance.reference.response_message import GatewayResponse
from conformance.reference.tokens import Style

LOGGER = logging.getLogger(__name__)


class GatewayApp:
    """The ASGI face of one gateway: reads a request, sends the reply.

    An error of our own, or of a fault, is logged and left to the server: a 500.
    """

    def __init__(
        self, gateway: Gateway, faults: Sequence[Fault] = (), latency: float = 0.0
    ) -> None:
        self.gateway = gateway
        self.faults = tuple(faults)
        self.latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = await read(scope, receive)
        if asked is None:
            return
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            head, chunks = respond(self.gateway, self.faults, asked)
            head = head.with_header("x-request-id", new_id("req"))
            await send_reply(scope, send, asked, head, chunks)
        except Disconnected:
            raise
        except Exception:
            names = ", ".join(fault.name for fault in self.faults) or "no fault"
            LOGGER.exception("the gateway broke, with %s", names)
            raise


async def read(scope: Scope, receive: Receive) -> GatewayRequest | None:
    """Read a whole request, or None when the client left before its end.

    Of a body that is too large one byte too many is kept, and the rest is dropped.
    """
    raw = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            return None
        raw += message.get("body", b"")[: MAX_BODY_BYTES + 1 - len(raw)]
        more = message.get("more_body", False)
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
    )
    query = scope["query_string"]
    return GatewayRequest(
        scope["method"],
        scope["path"].removeprefix(scope.get("root_path", "")),
        headers,
        bytes(raw),
        dict(parse_qsl(query.decode("latin-1"))) if query else {},
    )


def application(
    faults: Sequence[Fault] = (),
    *,
    profile: str = "newapi",
    latency: float = 0.0,
    keys: tuple[str, str] = (KEY, SECOND_KEY),
    usage_style: Style | None = None,
) -> Starlette:
    """One gateway, with its faults; ``latency`` is in seconds before each answer."""
    gateway = Gateway(profile, keys=keys, usage_style=usage_style)
    return Starlette(routes=[Mount("/", GatewayApp(gateway, faults, latency))])


def multi_gateway_app(
    named: Mapping[str, Sequence[Fault]],
    *,
    profile: str = "newapi",
    keys: tuple[str, str] = (KEY, SECOND_KEY),
    usage_style: Style | None = None,
) -> Starlette:
    """Many gateways, each with its own memory, at ``/at/<name>/v1/responses``.

    A gateway is built at its first request.
    """
    doors: dict[str, GatewayApp] = {}

    async def house(scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        if name in named and name not in doors:
            gateway = Gateway(profile, keys=keys, usage_style=usage_style)
            doors[name] = GatewayApp(gateway, named[name])
        await doors.get(name, _nobody)(scope, receive, send)

    return Starlette(routes=[Mount("/at/{name}", house), Mount("/", _nobody)])


async def _nobody(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer where no gateway lives."""
    asked = await read(scope, receive)
    if asked is not None:
        refused = ApiError(404, "There is no gateway by this name.", code="not_found")
        reply = GatewayResponse(404, payload=refused.envelope())
        await send_reply(scope, send, asked, *reply.to_wire())
