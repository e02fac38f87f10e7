"""ASGI application for one gateway, or for several under ``/at/<name>/``."""

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
    """ASGI application of one gateway: read a request, send the response.

    An exception in the gateway or in a fault is logged and raised again, so that the
    server sends a 500. ``latency`` is the delay before each response in seconds.
    """

    def __init__(
        self, gateway: Gateway, faults: Sequence[Fault] = (), latency: float = 0.0
    ) -> None:
        self.gateway = gateway
        self.faults = tuple(faults)
        self.latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to one request."""
        request = await read_request(scope, receive)
        if request is None:
            return
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            head, chunks = respond(self.gateway, self.faults, request)
            head = head.with_header("x-request-id", new_id("req"))
            await send_reply(scope, send, request, head, chunks)
        except Disconnected:
            raise
        except Exception:
            names = ", ".join(fault.name for fault in self.faults) or "no fault"
            LOGGER.exception("internal error in the embedded gateway, with %s", names)
            raise


async def read_request(scope: Scope, receive: Receive) -> GatewayRequest | None:
    """Return the complete request, or None if the client disconnects before its end.

    A body that is too large is cut to its first ``MAX_BODY_BYTES + 1`` bytes, from
    which the gateway can still see that it is too large.
    """
    body = bytearray()
    more_body = True
    while more_body:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")[: MAX_BODY_BYTES + 1 - len(body)]
        more_body = message.get("more_body", False)
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, value in scope["headers"]
    )
    query = scope["query_string"]
    return GatewayRequest(
        scope["method"],
        scope["path"].removeprefix(scope.get("root_path", "")),
        headers,
        bytes(body),
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
    """Return an application with one gateway.

    ``latency`` is the delay before each response in seconds. ``keys`` are the two API
    keys that the gateway accepts. ``usage_style`` replaces that of the profile.
    """
    gateway = Gateway(profile, keys=keys, usage_style=usage_style)
    return Starlette(routes=[Mount("/", GatewayApp(gateway, faults, latency))])


def multi_gateway_app(
    faults_by_name: Mapping[str, Sequence[Fault]],
    *,
    profile: str = "newapi",
    keys: tuple[str, str] = (KEY, SECOND_KEY),
    usage_style: Style | None = None,
) -> Starlette:
    """Return an application with one gateway per name, each with its own store.

    ``faults_by_name`` maps the name of each gateway to its faults. The gateway ``name``
    serves ``/at/<name>/v1/responses``. It is created when its first request arrives. A
    request to any other path gets a 404.
    """
    apps: dict[str, GatewayApp] = {}

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        name = scope["path_params"]["name"]
        if name in faults_by_name and name not in apps:
            gateway = Gateway(profile, keys=keys, usage_style=usage_style)
            apps[name] = GatewayApp(gateway, faults_by_name[name])
        await apps.get(name, not_found)(scope, receive, send)

    return Starlette(routes=[Mount("/at/{name}", route), Mount("/", not_found)])


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Respond with 404: no gateway has the name in the path."""
    request = await read_request(scope, receive)
    if request is not None:
        error = ApiError(404, "No gateway has this name.", code="not_found")
        reply = GatewayResponse(404, payload=error.envelope())
        await send_reply(scope, send, request, *reply.to_wire())
