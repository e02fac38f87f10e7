"""Turn the options of a run into ``Settings``."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from conformance.clients.extras import missing_extra
from conformance.config.options import KEY_ENVS
from conformance.contract.catalogue import catalogue
from conformance.errors import ConfigurationError
from conformance.model.baseline import Baseline
from conformance.model.requirement import CATALOGUE, Capability
from conformance.model.settings import Limits, Settings
from conformance.reports import baseline_file
from conformance.run.target import read_url


def settings_from(
    options: Mapping[str, Any], environ: Mapping[str, str] = os.environ
) -> Settings:
    """Return the settings of a run.

    ``options`` maps each ``Option.key`` to its value, as ``OptionsCommand`` parses it.
    ``environ`` contains the API keys. Raises ``ConfigurationError`` or ``UnknownName``.
    """
    if not options["url"]:
        raise ConfigurationError(
            "no URL given", "name the server, such as https://gateway.example"
        )
    url = read_url(options["url"])
    if not options["model"]:
        raise ConfigurationError(
            "no model given", "name one that the key may use: --model gpt-4o-mini"
        )
    second_key_env = options["second_key_env"] or ""
    key_env, key = _read_key(environ, options["api_key_env"])
    second_key = _read_key(environ, second_key_env)[1] if second_key_env else ""
    report_dir = options["report_dir"]
    return Settings(
        url=url,
        model=options["model"],
        key=_validate_key(key_env, key),
        second_key=_validate_key(second_key_env, second_key),
        key_env=key_env,
        profile=options["profile"],
        headers=options["header"],
        only=options["only"],
        require=_validate_capabilities(options["require"]),
        level=options["level"],
        seed=options["seed"],
        generated=options["generated"],
        shrink=options["shrink"],
        case=options["case"] or "",
        limits=Limits(
            concurrency=options["concurrency"],
            rate=options["rate"],
            timeout=options["timeout"],
            max_requests=options["max_requests"],
            max_seconds=options["max_seconds"],
        ),
        catalogue=options["catalogue"] or CATALOGUE,
        baseline=_read_baseline(options["baseline"]),
        report_dir=Path(report_dir) if report_dir else None,
        lang=options["lang"],
    )


def _read_key(environ: Mapping[str, str], variable: str | None) -> tuple[str, str]:
    """Return a variable's name and the API key in it.

    Without ``variable`` the first of ``KEY_ENVS`` that is set is used.
    """
    if variable and not environ.get(variable):
        # A name in lower case may be a key that was given by mistake.
        shown = variable if variable.isupper() else "NAME (not shown)"
        state = "empty" if variable in environ else "not set"
        raise ConfigurationError(
            f"the environment variable {shown} is {state}",
            f"set it to the API key: export {shown.split()[0]}=sk-…",
        )
    for name in [variable] if variable else KEY_ENVS:
        if environ.get(name):
            return name, environ[name]
    raise ConfigurationError(
        f"no API key: {', '.join(KEY_ENVS)} are not set",
        f"export {KEY_ENVS[0]}=sk-…, or name another variable with --api-key-env",
    )


def _validate_key(variable: str, key: str) -> str:
    """Return the key; raise an error if a header cannot contain it.

    The message of the error does not quote the key.
    """
    if not key.isascii() or not key.isprintable() or key != key.strip():
        raise ConfigurationError(
            f"the key in {variable} contains leading or trailing spaces, line breaks"
            " or non-ASCII characters",
            "remove a trailing line break, or quotes that were copied with the key",
        )
    return key


def _validate_capabilities(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the capabilities; raise an error if one needs a missing package."""
    if Capability.SDK in names and (reason := missing_extra("openai")):
        raise ConfigurationError(
            "--require sdk: the official client is missing", reason
        )
    return names


def _read_baseline(path: str | None) -> Baseline:
    if not path:
        return Baseline()
    known = (requirement.id for requirement in catalogue().requirements)
    return baseline_file.read(Path(path), known, datetime.now(UTC).date())
