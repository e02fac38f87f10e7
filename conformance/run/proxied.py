"""The way to a target through the proxy that the environment names, by httpx."""

import ssl
from typing import Self

import httpx

from conformance.core.exchange import Trouble
from conformance.run.network import Answer, Broken, readable


def _broken(error: httpx.HTTPError) -> Broken:
    """Say in our words what the transport raised."""
    said = str(error) or type(error).__name__
    if isinstance(error, httpx.LocalProtocolError):
        return Broken(Trouble.UNSENT, said)
    if isinstance(
        error,
        httpx.ConnectError
        | httpx.ConnectTimeout
        | httpx.ProxyError
        | httpx.UnsupportedProtocol,
    ):
        return Broken(Trouble.CONNECT, said)
    if isinstance(error, httpx.TimeoutException):
        return Broken(Trouble.TIMEOUT, said)
    if isinstance(error, httpx.RemoteProtocolError) and "illegal" in said.lower():
        return Broken(Trouble.PROTOCOL, said)
    return Broken(Trouble.CUT, said)


class Proxied:
    """One connection at a time by way of a proxy; no redirect is followed."""

    def __init__(
        self, client: httpx.AsyncClient, way: httpx.AsyncBaseTransport
    ) -> None:
        self._client = client
        self._way = way

    @classmethod
    def to(cls, url: str, tls: ssl.SSLContext, timeout: float) -> Self | None:
        """Return the way to a URL, or ``None`` where no proxy is named for it."""
        client = httpx.AsyncClient(
            verify=tls,
            timeout=timeout,
            limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
        )
        way = client._transport_for_url(httpx.URL(url))  # noqa: SLF001 -- knows NO_PROXY
        return None if way is client._transport else cls(client, way)  # noqa: SLF001 -- as above

    async def ask(
        self, method: str, url: str, headers: dict[str, str], content: bytes
    ) -> Answer:
        """Send a request, and return the answer when its head is there."""
        outgoing = httpx.Request(
            method,
            url,
            headers=headers,
            content=content,
            extensions={"timeout": self._client.timeout.as_dict()},
        )
        try:
            response = await self._way.handle_async_request(outgoing)
        except httpx.HTTPError as error:
            raise _broken(error) from error
        pieces = response.aiter_raw()

        async def read() -> bytes | None:
            try:
                return await anext(pieces, None)
            except httpx.HTTPError as error:
                raise _broken(error) from error

        told: bytes = response.extensions.get("http_version", b"HTTP/1.1")
        version = told.decode("ascii", "ignore").removeprefix("HTTP/")
        return Answer(
            response.status_code,
            readable(response.headers.raw),
            version,
            read,
            response.aclose,
        )

    async def close(self) -> None:
        """Close the connection."""
        await self._client.aclose()
