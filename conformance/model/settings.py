"""The settings of a run, as one immutable value."""

from dataclasses import dataclass, field
from pathlib import Path

from conformance.errors import ConfigurationError
from conformance.model.baseline import Baseline
from conformance.model.profile import NEWAPI, Profile
from conformance.model.requirement import CATALOGUE, Level


@dataclass(frozen=True)
class Limits:
    """Limits of a run; ``None`` means unlimited.

    ``concurrency`` is the maximum number of concurrent requests, ``rate`` the maximum
    number of requests per second. ``timeout`` limits one complete response, in seconds.
    ``max_requests`` and ``max_seconds`` limit the whole run. ``max_body_bytes`` is the
    maximum size of a response body in bytes.
    """

    concurrency: int = 16
    rate: float | None = None
    timeout: float = 60.0
    max_requests: int | None = None
    max_seconds: float | None = None
    max_body_bytes: int = 8 << 20

    def __post_init__(self) -> None:
        """Raise ``ConfigurationError`` if the value of an option is not positive."""
        for name in ("concurrency", "rate", "timeout", "max_requests", "max_seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                flag = name.replace("_", "-")
                raise ConfigurationError(f"--{flag} must be more than 0, not {value!r}")


@dataclass(frozen=True)
class Settings:
    """The settings of one run: the target, the profile, and what to run.

    ``key`` is the API key, ``second_key`` that of another user; neither is ever shown.
    ``key_env`` is the environment variable that curl commands in reports read the key
    from. ``only`` lists sections and ids of requirements to test; empty means all.
    ``require`` lists capabilities that the server must support. ``level`` is the lowest
    level to test. ``generated`` is the number of generated requests to send, ``None``
    for all. With ``shrink``, generated requests that fail are minimized. ``case``
    selects a single case. ``catalogue`` is a date: requirements that were added later
    are skipped. ``lang`` is the language that the HTML report shows first, ``en`` or
    ``zh``.
    """

    url: str
    model: str
    key: str = field(repr=False)
    second_key: str = field(default="", repr=False)
    key_env: str = "CONFORMANCE_API_KEY"
    profile: Profile = NEWAPI
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    only: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    level: Level = Level.MAY
    seed: int = 0
    generated: int | None = 120
    shrink: bool = True
    case: str = ""
    limits: Limits = field(default_factory=Limits)
    catalogue: str = CATALOGUE
    baseline: Baseline = field(default_factory=Baseline)
    report_dir: Path | None = None
    lang: str = "en"
