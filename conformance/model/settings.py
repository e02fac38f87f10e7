"""What a user asked of a run, as one frozen value."""

from dataclasses import dataclass, field
from pathlib import Path

from conformance.errors import ConfigurationError
from conformance.model.baseline import Baseline
from conformance.model.profile import NEWAPI, Profile
from conformance.model.requirement import CATALOGUE, Level


@dataclass(frozen=True)
class Limits:
    """How far a run may go; times in seconds, ``rate`` in requests a second."""

    concurrency: int = 16
    rate: float | None = None
    timeout: float = 60.0
    max_requests: int | None = None
    max_seconds: float | None = None
    largest_body: int = 8 << 20

    def __post_init__(self) -> None:
        """Refuse what cannot be kept; raises ``ConfigurationError``."""
        for name in ("concurrency", "rate", "timeout", "max_requests", "max_seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                flag = name.replace("_", "-")
                raise ConfigurationError(f"--{flag} must be more than 0, not {value!r}")


@dataclass(frozen=True)
class Settings:
    """One run: whom to judge, by what promise, and how far to go.

    ``key`` and ``second_key`` are never shown; ``key_env`` names the variable
    that the reader of a report puts their own key into. ``generated`` is how many
    generated requests are sent, ``None`` for all; ``shrink`` makes failing ones
    smaller; ``case`` names the one case that is run alone, if any. ``catalogue`` is
    the date of the catalogue that counts; what came after it is not run. ``lang``
    is the language that a report shows first, ``en`` or ``zh``.
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


def read_rate(text: str) -> float:
    """Read ``5/s`` or ``300/m`` as requests a second; raises ``ConfigurationError``."""
    number, slash, unit = text.partition("/")
    per = {"s": 1.0, "m": 60.0}.get(unit if slash else "s")
    try:
        rate = float(number) / (per or 0.0)
    except (ValueError, ZeroDivisionError):
        message = f"--rate must be like 5/s or 300/m, not {text!r}"
        raise ConfigurationError(message) from None
    if rate <= 0:
        raise ConfigurationError(f"--rate must be more than 0, not {text!r}")
    return rate


def read_header(text: str) -> tuple[str, str]:
    """Read ``Name: value``; raises ``ConfigurationError`` for anything else."""
    name, colon, value = text.partition(":")
    sendable = name.strip().isascii() and value.strip().isprintable()
    if not colon or not name.strip() or not sendable:
        raise ConfigurationError(
            f"--header must be like 'Name: value', not {text!r}",
            "put the header in quotes, with a colon behind its name",
        )
    return name.strip().lower(), value.strip()
