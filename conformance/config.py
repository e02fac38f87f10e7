"""The options of a run and the sources of their values.

A command-line flag overrides a ``CONFORMANCE_*`` environment variable, which overrides
``conformance.toml``.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from conformance.errors import ConfigurationError, UnknownName

FILE: Final = "conformance.toml"

KEY_ENVS: Final = ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY")
"""Environment variables that may contain the API key; the first one set is used."""


class Option(NamedTuple):
    """One option: ``name`` is its flag without dashes, ``metavar`` stands for a value.

    ``help`` is shown by the command line and by the pytest plugin. An option with a
    ``separator``, ``commas`` or ``line breaks``, accepts several values.
    """

    name: str
    metavar: str
    help: str
    separator: str = ""


OPTIONS: Final = (
    Option("url", "URL", "Base URL of the server, such as https://gateway.example."),
    Option("model", "NAME", "Model that requests name [required with a URL]."),
    Option(
        "api-key-env",
        "VAR",
        "Environment variable with the API key"
        f" [default: the first one set of {', '.join(KEY_ENVS)}].",
    ),
    Option(
        "second-key-env",
        "VAR",
        "Environment variable with a second user's API key (enables isolation tests).",
    ),
    Option(
        "profile",
        "NAME",
        "Contract to test: newapi, openai or openresponses [default: newapi].",
    ),
    Option(
        "header",
        "'NAME: VALUE'",
        "Extra request header.",
        separator="line breaks",
    ),
    Option(
        "only",
        "NAME",
        "Section or requirement id to test [default: all].",
        separator="commas",
    ),
    Option(
        "require",
        "CAPABILITY",
        "Capability that the server must support, such as tools.",
        separator="commas",
    ),
    Option(
        "level",
        "LEVEL",
        "Lowest level to test: must, should or may [default: may].",
    ),
    Option("seed", "N", "Seed of generated requests and test words [default: 0]."),
    Option(
        "generated",
        "N|all",
        "Number of generated requests to send, or all [default: 120].",
    ),
    Option(
        "shrink",
        "yes|no",
        "Minimize the generated requests that fail: yes or no [default: yes].",
    ),
    Option("case", "ID", "Run one test case only."),
    Option("concurrency", "N", "Maximum number of concurrent requests [default: 16]."),
    Option(
        "rate",
        "N/s|N/m",
        "Maximum requests per second or minute, such as 5/s [default: unlimited].",
    ),
    Option(
        "timeout",
        "SECONDS",
        "Time limit for one complete response, in seconds [default: 60].",
    ),
    Option(
        "max-requests",
        "N",
        "Maximum number of requests to send [default: unlimited].",
    ),
    Option(
        "max-seconds",
        "SECONDS",
        "Maximum duration of the run, in seconds [default: unlimited].",
    ),
    Option(
        "report-dir",
        "DIR",
        "Directory for the report [default: reports/<time>-<host>-<profile>].",
    ),
    Option(
        "catalogue",
        "DATE",
        "Test only requirements that existed on this date [default: all].",
    ),
    Option("baseline", "FILE", "File that lists expected failures."),
    Option(
        "format",
        "NAMES",
        "Comma-separated report formats: allure, badge, har, html, json, junit,"
        " markdown, shields, text [default: html,json,junit,markdown].",
    ),
    Option(
        "lang",
        "en|zh",
        "Language that the HTML report shows first: en or zh [default: en].",
    ),
)
"""Every option of a run; ``url`` is an argument on the command line."""

OPTION_NAMES: Final = tuple(option.name for option in OPTIONS)

_KEY_NAMES: Final = frozenset({"api-key", "second-key", "key"})


def from_file(path: Path) -> dict[str, str]:
    """Read ``conformance.toml``; raises ``ConfigurationError`` or ``UnknownName``."""
    return from_table(load_toml(path), str(path))


def load_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; raises ``ConfigurationError`` that names the file."""
    import tomllib  # noqa: PLC0415 -- slow, and not needed by `conformance --help`

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None


def from_table(table: Mapping[str, Any], location: str) -> dict[str, str]:
    """Return the options in a TOML table as strings.

    Several values are joined by commas, headers by line breaks. ``location`` names
    the table in error messages. Raises ``ConfigurationError`` for an API key, and
    ``UnknownName`` for an unknown option.
    """
    options = {}
    for name, value in table.items():
        option = name.replace("_", "-")
        if option in _KEY_NAMES:
            raise ConfigurationError(
                f"{location} contains an API key ({name})",
                "name an environment variable with api-key-env instead",
            )
        if option not in OPTION_NAMES:
            raise UnknownName.of(f"setting in {location}", name, OPTION_NAMES)
        values = value if isinstance(value, list) else [value]
        options[option] = join_values(option, map(str, values))
    return options


def join_values(option: str, values: Iterable[str]) -> str:
    """Join the values of one option: headers by line breaks, others by commas."""
    return ("\n" if option == "header" else ",").join(values)


def from_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the options in ``CONFORMANCE_*`` variables; API keys are not options."""
    variables = {f"CONFORMANCE_{o.upper().replace('-', '_')}": o for o in OPTION_NAMES}
    return {o: environ[name] for name, o in variables.items() if environ.get(name)}


def merge_options(
    flags: Mapping[str, str], environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the options of all sources: flags over variables over the file."""
    file = from_file(Path(FILE)) if Path(FILE).is_file() else {}
    given = {name: value for name, value in flags.items() if value}
    return file | from_environment(environ) | given
