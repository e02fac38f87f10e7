"""The nouns: a target, where it runs, and how it is launched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tests.real.packages import Packages

# Made up, for servers on loopback: nothing else accepts them.
KEY = "sk-zoo-0123456789abcdef"
SECOND_KEY = "sk-zoo-fedcba9876543210"
# What a gateway shows to its upstream; no client is given it.
UPSTREAM_KEY = "sk-zoo-between-servers"

Profile = Literal["newapi", "openai", "openresponses"]


@dataclass(frozen=True)
class Running:
    """A server that answers; `url` has no path."""

    name: str
    url: str
    model: str
    profile: Profile
    key: str = field(default=KEY, repr=False)
    second_key: str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    concurrency: int | None = None


@dataclass(frozen=True)
class Site:
    """What a launch may build on."""

    folder: Path
    port: int
    upstream: Running | None = None

    @property
    def behind(self) -> Running:
        """The upstream of a target that is declared to need one."""
        if self.upstream is None:
            raise TypeError("this target declares no upstream")
        return self.upstream


@dataclass(frozen=True)
class Launch:
    """How to start one server; `ready` is a path that answers 200 once it serves."""

    command: tuple[str, ...]
    model: str
    ready: str
    environment: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A server in one configuration.

    `seconds_to_start` is the deadline of its readiness, generous for a busy machine.
    `concurrency` is how many requests it answers at once, where more would only queue.
    `profile` is the one whose promises it comes closest to.  `deviations` are those
    that were seen by hand, one line each: they explain a verdict, and decide nothing.
    """

    name: str
    summary: str
    packages: Packages
    launch: Callable[[Site], Launch]
    profile: Profile
    deviations: tuple[str, ...]
    needs_upstream: bool = False
    has_second_key: bool = False
    seconds_to_start: float = 60.0
    concurrency: int | None = None
