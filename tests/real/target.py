"""Data types: a target, how it is launched, and a running server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.real.packages import Packages

# Made-up keys; only servers on loopback accept them.
KEY = "sk-zoo-0123456789abcdef"
SECOND_KEY = "sk-zoo-fedcba9876543210"
# Gateways send this key to their upstream. Clients never get it.
UPSTREAM_KEY = "sk-zoo-between-servers"

Profile = Literal["newapi", "openai", "openresponses"]


@dataclass(frozen=True)
class RunningServer:
    """A server that is ready for requests.

    ``url`` has no path. Every request needs ``headers``. ``concurrency`` is the number
    of requests that the server handles at once, or ``None`` if it has no limit.
    """

    name: str
    url: str
    model: str
    profile: Profile
    key: str = field(default=KEY, repr=False)
    second_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    concurrency: int | None = None


@dataclass(frozen=True)
class LaunchContext:
    """What a launch depends on: installation directory, port and upstream."""

    directory: Path
    port: int
    upstream: RunningServer | None = None

    @property
    def required_upstream(self) -> RunningServer:
        """Return the upstream; raise TypeError if the target declares none."""
        if self.upstream is None:
            raise TypeError("this target declares no upstream")
        return self.upstream


@dataclass(frozen=True)
class Launch:
    """How to start a server. ``health_path`` returns 200 as soon as it is ready."""

    command: tuple[str, ...]
    model: str
    health_path: str
    environment: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A server in one configuration.

    ``start_timeout_s`` is long enough for a busy machine. ``concurrency`` is the number
    of requests that the server handles at once; it queues any others. ``profile`` is
    the one that the server comes closest to. ``deviations`` are defects that a person
    has seen. They explain failures and do not affect a verdict.
    """

    name: str
    summary: str
    packages: Packages
    launch: Callable[[LaunchContext], Launch]
    profile: Profile
    deviations: tuple[str, ...]
    needs_upstream: bool = False
    has_second_key: bool = False
    start_timeout_s: float = 60.0
    concurrency: int | None = None
