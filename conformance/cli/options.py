"""Turn the options that a user gave into ``Settings``."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from conformance.clients.extras import missing_extra
from conformance.config import KEY_ENVS, merge_options
from conformance.contract.catalogue import catalogue
from conformance.errors import ConfigurationError, UnknownName
from conformance.model.baseline import Baseline
from conformance.model.profile import profile_named
from conformance.model.requirement import CATALOGUE, FIRST_CATALOGUE, Capability, Level
from conformance.model.settings import Limits, Settings, read_header, read_rate
from conformance.reports import DEFAULT, baseline_file, select_formats
from conformance.reports.i18n import LANGUAGES
from conformance.run.target import read_url


def _whole(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name, "")
    try:
        return int(text) if text else None
    except ValueError:
        raise ConfigurationError(
            f"--{name} must be a whole number, not {text!r}"
        ) from None


def _seconds(asked: Mapping[str, str], name: str) -> float | None:
    text = asked.get(name, "")
    try:
        return float(text) if text else None
    except ValueError:
        raise ConfigurationError(
            f"--{name} must be a number of seconds, not {text!r}"
        ) from None


def _limits(asked: Mapping[str, str]) -> Limits:
    usual = Limits()
    rate = asked.get("rate", "")
    return Limits(
        concurrency=_whole(asked, "concurrency") or usual.concurrency,
        rate=read_rate(rate) if rate else None,
        timeout=_seconds(asked, "timeout") or usual.timeout,
        max_requests=_whole(asked, "max-requests"),
        max_seconds=_seconds(asked, "max-seconds"),
    )


def _yes(asked: Mapping[str, str], name: str) -> bool:
    """Read yes or no, as words or as TOML writes them; yes when nothing is said."""
    text = asked.get(name, "").lower()
    if text not in {"", "yes", "true", "no", "false"}:
        raise ConfigurationError(f"{name} must be yes or no, not {text!r}")
    return text not in {"no", "false"}


def _generated(asked: Mapping[str, str]) -> int | None:
    text = asked.get("generated", "")
    if text == "all":
        return None
    number = _whole(asked, "generated")
    if number is not None and number < 0:
        raise ConfigurationError(
            f"--generated must be 0 or more, or 'all', not {number}"
        )
    return Settings.generated if number is None else number


def _key(environ: Mapping[str, str], named: str) -> tuple[str, str]:
    """Return the variable that holds the key, and the key."""
    if named:
        if not environ.get(named):
            raise ConfigurationError(
                f"the environment variable {named} is {_missing(environ, named)}",
                f"put the key into it: export {named}=sk-…",
            )
        return named, environ[named]
    for name in KEY_ENVS:
        if environ.get(name):
            return name, environ[name]
    raise ConfigurationError(
        f"no key: {', '.join(KEY_ENVS)} are not set",
        f"export {KEY_ENVS[0]}=sk-…, or name another variable with --api-key-env",
    )


def _missing(environ: Mapping[str, str], name: str) -> str:
    return "empty" if name in environ else "not set"


def _sendable(name: str, key: str) -> str:
    """Refuse a key that no HTTP header can carry, without showing it."""
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise ConfigurationError(
            f"the key in {name} has spaces, line breaks or characters beyond ASCII",
            "look for a line break at its end, or quotes that were copied along",
        )
    return key


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _level(text: str) -> Level:
    try:
        return Level(text.upper())
    except ValueError:
        raise UnknownName.of("level", text, (v.lower() for v in Level)) from None


def _required(text: str) -> tuple[str, ...]:
    names = _split(text)
    for name in names:
        if name not in set(Capability):
            raise UnknownName.of("capability", name, Capability)
    if Capability.SDK in names and (absent := missing_extra("openai")):
        raise ConfigurationError(
            "--require sdk: the official client is not there", absent
        )
    return names


def _catalogue(text: str) -> str:
    """Read the date of a catalogue, between the first and the newest."""
    if not text:
        return CATALOGUE
    try:
        known = FIRST_CATALOGUE <= date.fromisoformat(text).isoformat() <= CATALOGUE
    except ValueError:
        known = False
    if not known:
        raise ConfigurationError(
            f"--catalogue {text!r} is no date from {FIRST_CATALOGUE} to {CATALOGUE}",
            "give the date that an earlier report names as its catalogue",
        )
    return text


def _lang(text: str) -> str:
    if text not in LANGUAGES:
        raise UnknownName.of("language", text, LANGUAGES)
    return text


def _baseline(text: str) -> Baseline:
    if not text:
        return Baseline()
    known = (requirement.id for requirement in catalogue().requirements)
    return baseline_file.read(Path(text), known, datetime.now(UTC).date())


def settings_from(
    asked: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings of a run, and the formats to write.

    ``asked`` holds flags by the names in ``OPTIONS``, empty where not given; several
    values are joined by commas, headers by line breaks. Raises
    ``ConfigurationError`` or ``UnknownName``.
    """
    every = merge_options(asked, environ)
    if not every.get("url"):
        raise ConfigurationError(
            "no URL to judge", "give it like https://gateway.example"
        )
    url = read_url(every["url"])
    if not every.get("model"):
        raise ConfigurationError(
            "no model to ask for", "name one that the key may use: --model gpt-4o-mini"
        )
    key_env, key = _key(environ, every.get("api-key-env", ""))
    second_env = every.get("second-key-env", "")
    second = _key(environ, second_env)[1] if second_env else ""
    seed = _whole(every, "seed") or 0
    headers = every.get("header", "").splitlines()
    formats = select_formats(_split(every.get("format", ""))) or DEFAULT
    where = every.get("report-dir", "")
    return (
        Settings(
            url=url,
            model=every["model"],
            key=_sendable(key_env, key),
            second_key=_sendable(second_env, second),
            key_env=key_env,
            profile=profile_named(every.get("profile", "newapi")),
            headers=tuple(read_header(line) for line in headers if line.strip()),
            only=_split(every.get("only", "")),
            require=_required(every.get("require", "")),
            level=_level(every.get("level", "may")),
            seed=seed,
            generated=_generated(every),
            shrink=_yes(every, "shrink"),
            case=every.get("case", ""),
            limits=_limits(every),
            catalogue=_catalogue(every.get("catalogue", "")),
            baseline=_baseline(every.get("baseline", "")),
            report_dir=Path(where) if where else None,
            lang=_lang(every.get("lang", "en")),
        ),
        formats,
    )
