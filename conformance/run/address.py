"""A URL taken apart into what a connection needs of it."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import quote, urlsplit

_PORTS: Final = {"http": 80, "https": 443}
_SAFE: Final = "!$%&'()*+,/:;=?@[]|~"
"""What stands in a path and a query as it is; the rest is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL as a connection needs it; ``name`` is the value of the Host header."""

    secure: bool
    host: str
    port: int
    name: str
    path: str

    @classmethod
    def of(cls, url: str) -> Self:
        """Take a URL apart; what no path may hold is percent-encoded."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host.isascii():
            import httpx  # noqa: PLC0415 -- dear, and hardly ever needed

            host = httpx.URL(url).raw_host.decode("ascii")
        usual = _PORTS[parts.scheme]
        port = parts.port or usual
        name = f"[{host}]" if ":" in host else host
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path
        return cls(
            parts.scheme == "https",
            host,
            port,
            name if port == usual else f"{name}:{port}",
            quote(path or "/", safe=_SAFE),
        )
