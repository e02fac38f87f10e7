"""The files that set options: ``conformance.toml`` and the tables of a targets file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

from conformance.config.options import OPTIONS, Option
from conformance.errors import ConfigurationError, UnknownName

FILE: Final = "conformance.toml"
"""Name of the options file in the working directory."""

_KEY_NAMES: Final = frozenset({"api-key", "second-key", "key"})
"""Names that suggest that a file contains an API key, which is an error."""


@dataclass(frozen=True)
class FileOptions:
    """The options that a file sets, by ``Option.key``.

    ``locations`` says where the file sets each option, for error messages.
    """

    values: Mapping[str, str | list[str]] = field(default_factory=dict)
    locations: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: "FileOptions") -> "FileOptions":
        """Return the options of both; where both set an option, use ``other``."""
        return FileOptions(
            {**self.values, **other.values}, {**self.locations, **other.locations}
        )

    @classmethod
    def of_table(cls, table: Mapping[str, Any], location: str) -> Self:
        """Return the options in a TOML table; messages name the table ``location``.

        Raises ``ConfigurationError`` for an API key, a wrong type, or an option that is
        set twice, and ``UnknownName`` for an unknown option.
        """
        known = {option.name: option for option in OPTIONS}
        values, locations = dict[str, str | list[str]](), dict[str, str]()
        for name, value in table.items():
            where = f"{location}: {name}"
            option = known.get(name.replace("_", "-"))
            if name.replace("_", "-").lower() in _KEY_NAMES:
                raise ConfigurationError(
                    f"{location} contains an API key ({name})",
                    "name an environment variable with api-key-env instead",
                )
            if option is None:
                raise UnknownName.of(f"setting in {location}", name, known)
            if option.key in values:
                raise ConfigurationError(
                    f"{where} is also set as {option.name}", "remove one of the two"
                )
            values[option.key] = _read_value(option, value, where)
            locations[option.key] = where
        return cls(values, locations)


def _read_value(option: Option, value: object, where: str) -> str | list[str]:
    """Return a TOML value as a string, or a list of strings for several values."""
    if not option.separator:
        return _read_scalar(value, where, "one value")
    values = value if isinstance(value, list) else [value]
    return [_read_scalar(each, where, "a string or an array") for each in values]


def _read_scalar(value: object, where: str, expected: str) -> str:
    """Return a TOML value as a string; raise an error for a table or an array."""
    if isinstance(value, dict | list):
        got = "a table" if isinstance(value, dict) else "an array"
        raise ConfigurationError(
            f"{where}: expected {expected}, got {got}",
            "docs/options.md shows the values of every option",
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; raises ``ConfigurationError`` that names the file."""
    import tomllib  # noqa: PLC0415 -- slow, and not needed by `conformance --help`

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}", "check its path and permissions"
        ) from None
    except ValueError as error:
        raise ConfigurationError(
            f"{path} is not TOML: {error}", 'write each option as name = "value"'
        ) from None


def read_default_file() -> FileOptions:
    """Return the options in ``conformance.toml`` of the working directory.

    Without that file there are none.
    """
    path = Path(FILE)
    table = read_toml(path) if path.is_file() else {}
    return FileOptions.of_table(table, FILE)
