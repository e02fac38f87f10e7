"""The options of a run, and where their values come from.

Options are named as the command line names them, without the leading dashes. A flag
overrides a ``CONFORMANCE_*`` variable, and a variable overrides ``conformance.toml``.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from conformance.errors import ConfigurationError, UnknownName

FILE: Final = "conformance.toml"
KEY_ENVS: Final = ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY")
"""Where a key is looked for when no variable is named, in this order."""

OPTIONS: Final = (
    "url",
    "model",
    "api-key-env",
    "second-key-env",
    "profile",
    "header",
    "only",
    "require",
    "level",
    "seed",
    "generated",
    "shrink",
    "case",
    "concurrency",
    "rate",
    "timeout",
    "max-requests",
    "max-seconds",
    "report-dir",
    "format",
    "baseline",
    "catalogue",
    "lang",
)


def from_file(path: Path) -> dict[str, str]:
    """Read ``conformance.toml``; raises ``ConfigurationError`` with the place."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    return from_table(table, str(path))


def from_table(table: Mapping[str, Any], where: str) -> dict[str, str]:
    """Read the options in a TOML table.

    Raises ``ConfigurationError`` or ``UnknownName``.
    """
    found = {}
    for name, value in table.items():
        option = name.replace("_", "-")
        if option in {"api-key", "second-key", "key"}:
            raise ConfigurationError(
                f"{where} holds a key ({name})",
                "name an environment variable with api-key-env instead",
            )
        if option not in OPTIONS:
            raise UnknownName.of(f"setting in {where}", name, OPTIONS)
        joint = "\n" if option == "header" else ","
        several = value if isinstance(value, list) else [value]
        found[option] = joint.join(str(one) for one in several)
    return found


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Read ``CONFORMANCE_MODEL`` and its like; keys are no options."""
    named = {f"CONFORMANCE_{o.upper().replace('-', '_')}": o for o in OPTIONS}
    return {o: environ[name] for name, o in named.items() if environ.get(name)}


def merge_options(
    asked: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Return every option that was given, the nearest source counting."""
    file = from_file(Path(FILE)) if Path(FILE).is_file() else {}
    given = {name: value for name, value in asked.items() if value}
    return file | from_environment(environ) | given
