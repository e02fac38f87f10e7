"""Validate the options of a run and turn them into ``Settings``."""

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


def settings_from(
    flags: Mapping[str, str], environ: Mapping[str, str]
) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings of a run and the report formats to write.

    ``flags`` maps option names (``OPTIONS``) to values, empty if not given; several
    values are joined by commas, headers by line breaks. Options that are not given
    come from ``environ`` or ``conformance.toml``. Raises ``ConfigurationError`` or
    ``UnknownName``.
    """
    options = merge_options(flags, environ)
    if not options.get("url"):
        raise ConfigurationError(
            "no URL given", "name the server, such as https://gateway.example"
        )
    url = read_url(options["url"])
    if not options.get("model"):
        raise ConfigurationError(
            "no model given", "name one that the key may use: --model gpt-4o-mini"
        )
    key_env, key = _read_key(environ, options.get("api-key-env", ""))
    second_env = options.get("second-key-env", "")
    second_key = _read_key(environ, second_env)[1] if second_env else ""
    seed = _parse_int(options, "seed") or 0
    headers = options.get("header", "").splitlines()
    formats = select_formats(_split(options.get("format", ""))) or DEFAULT
    report_dir = options.get("report-dir", "")
    return (
        Settings(
            url=url,
            model=options["model"],
            key=_validate_key(key_env, key),
            second_key=_validate_key(second_env, second_key),
            key_env=key_env,
            profile=profile_named(options.get("profile", "newapi")),
            headers=tuple(read_header(line) for line in headers if line.strip()),
            only=_split(options.get("only", "")),
            require=_parse_capabilities(options.get("require", "")),
            level=_parse_level(options.get("level", "may")),
            seed=seed,
            generated=_parse_generated(options),
            shrink=_parse_bool(options, "shrink"),
            case=options.get("case", ""),
            limits=_parse_limits(options),
            catalogue=_parse_catalogue(options.get("catalogue", "")),
            baseline=_read_baseline(options.get("baseline", "")),
            report_dir=Path(report_dir) if report_dir else None,
            lang=_parse_language(options.get("lang", "en")),
        ),
        formats,
    )


def _parse_int(options: Mapping[str, str], name: str) -> int | None:
    text = options.get(name, "")
    try:
        return int(text) if text else None
    except ValueError:
        raise ConfigurationError(f"--{name} must be an integer, not {text!r}") from None


def _parse_seconds(options: Mapping[str, str], name: str) -> float | None:
    text = options.get(name, "")
    try:
        return float(text) if text else None
    except ValueError:
        raise ConfigurationError(
            f"--{name} must be a number of seconds, not {text!r}"
        ) from None


def _parse_limits(options: Mapping[str, str]) -> Limits:
    defaults = Limits()
    rate = options.get("rate", "")
    return Limits(
        concurrency=_parse_int(options, "concurrency") or defaults.concurrency,
        rate=read_rate(rate) if rate else None,
        timeout=_parse_seconds(options, "timeout") or defaults.timeout,
        max_requests=_parse_int(options, "max-requests"),
        max_seconds=_parse_seconds(options, "max-seconds"),
    )


def _parse_bool(options: Mapping[str, str], name: str) -> bool:
    """Parse yes or no, or true or false as TOML writes them; yes by default."""
    text = options.get(name, "").lower()
    if text not in {"", "yes", "true", "no", "false"}:
        raise ConfigurationError(f"{name} must be yes or no, not {text!r}")
    return text not in {"no", "false"}


def _parse_generated(options: Mapping[str, str]) -> int | None:
    """Return the number of generated requests, ``None`` for all of them."""
    if options.get("generated", "") == "all":
        return None
    number = _parse_int(options, "generated")
    if number is not None and number < 0:
        raise ConfigurationError(
            f"--generated must be 0 or more, or 'all', not {number}"
        )
    return Settings.generated if number is None else number


def _read_key(environ: Mapping[str, str], variable: str) -> tuple[str, str]:
    """Return a variable's name and the API key in it.

    Without ``variable`` the first of ``KEY_ENVS`` that is set is used.
    """
    if variable:
        if not environ.get(variable):
            state = "empty" if variable in environ else "not set"
            raise ConfigurationError(
                f"the environment variable {variable} is {state}",
                f"set it to the API key: export {variable}=sk-…",
            )
        return variable, environ[variable]
    for name in KEY_ENVS:
        if environ.get(name):
            return name, environ[name]
    raise ConfigurationError(
        f"no API key: {', '.join(KEY_ENVS)} are not set",
        f"export {KEY_ENVS[0]}=sk-…, or name another variable with --api-key-env",
    )


def _validate_key(variable: str, key: str) -> str:
    """Return the key; raise an error without the key if no header can contain it."""
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise ConfigurationError(
            f"the key in {variable} contains leading or trailing spaces, line breaks"
            " or non-ASCII characters",
            "remove a trailing line break, or quotes that were copied with the key",
        )
    return key


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _parse_level(text: str) -> Level:
    try:
        return Level(text.upper())
    except ValueError:
        raise UnknownName.of("level", text, (v.lower() for v in Level)) from None


def _parse_capabilities(text: str) -> tuple[str, ...]:
    names = _split(text)
    for name in names:
        if name not in set(Capability):
            raise UnknownName.of("capability", name, Capability)
    if Capability.SDK in names and (reason := missing_extra("openai")):
        raise ConfigurationError(
            "--require sdk: the official client is missing", reason
        )
    return names


def _parse_catalogue(text: str) -> str:
    """Return the date of a catalogue, which is between the first and the newest."""
    if not text:
        return CATALOGUE
    try:
        known = FIRST_CATALOGUE <= date.fromisoformat(text).isoformat() <= CATALOGUE
    except ValueError:
        known = False
    if not known:
        raise ConfigurationError(
            f"--catalogue {text!r} is no date from {FIRST_CATALOGUE} to {CATALOGUE}",
            "use the catalogue date of an earlier report",
        )
    return text


def _parse_language(text: str) -> str:
    if text not in LANGUAGES:
        raise UnknownName.of("language", text, LANGUAGES)
    return text


def _read_baseline(text: str) -> Baseline:
    if not text:
        return Baseline()
    known = (requirement.id for requirement in catalogue().requirements)
    return baseline_file.read(Path(text), known, datetime.now(UTC).date())
