"""The options of a run, in one table.

Command-line flags, environment variables, ``conformance.toml``, the options of the
pytest plugin, the tables of ``compare --targets`` and ``docs/options.md`` are made from
``OPTIONS``. A flag overrides an environment variable. An environment variable overrides
a file.
"""

from typing import Any, Final, NamedTuple

import click

from conformance.config.types import (
    COUNT_OR_ALL,
    DATE,
    HEADER,
    INTEGER,
    POSITIVE,
    RATE,
    SECONDS,
    VARIABLE,
    Name,
    YesNo,
)
from conformance.model.profile import PROFILES
from conformance.model.requirement import Capability, Level

KEY_ENVS: Final = ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY")
"""Environment variables that may contain the API key; the first one set is used."""

REPORT_FORMATS: Final = (
    *("allure", "badge", "har", "html", "json", "junit"),
    *("markdown", "shields", "text"),
)
"""The names of all report formats, in alphabetical order."""


class Option(NamedTuple):
    """One option of a run.

    ``name`` is its flag without the leading dashes. ``metavar`` is the placeholder for
    the value in help texts. ``default`` is written as a user would write it. If
    ``default`` is ``None``, ``default_text`` describes what happens without a value. An
    option with a ``separator`` accepts several values; ``separator`` is ``commas`` or
    ``line breaks``.
    """

    name: str
    type: "click.ParamType[Any]"
    metavar: str
    help: str
    default: str | bool | None = None
    default_text: str = ""
    separator: str = ""

    @property
    def key(self) -> str:
        """Return the name of the option as a Python identifier."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """Return the environment variable that sets the option."""
        return f"CONFORMANCE_{self.key.upper()}"

    @property
    def ini_name(self) -> str:
        """Return the name of the option in pytest's configuration file."""
        return f"conformance_{self.key}"

    @property
    def shown_default(self) -> str:
        """Return the default as the documents show it."""
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return self.default or self.default_text


OPTIONS: Final = (
    Option(
        "url",
        click.STRING,
        "URL",
        "Base URL of the server, such as https://gateway.example.",
        default_text="the embedded gateway",
    ),
    Option(
        "model",
        click.STRING,
        "NAME",
        "Model that requests name.",
        default_text="none; required with a URL",
    ),
    Option(
        "api-key-env",
        VARIABLE,
        "VAR",
        "Environment variable with the API key.",
        default_text=f"the first one set of {', '.join(KEY_ENVS)}",
    ),
    Option(
        "second-key-env",
        VARIABLE,
        "VAR",
        "Environment variable with a second user's API key (enables isolation tests).",
        default_text="none",
    ),
    Option(
        "profile",
        Name("profile", PROFILES),
        "NAME",
        f"Contract to test: {', '.join(PROFILES)}.",
        default="newapi",
    ),
    Option(
        "header",
        HEADER,
        "'NAME: VALUE'",
        "Extra request header.",
        default_text="none",
        separator="line breaks",
    ),
    Option(
        "only",
        click.STRING,
        "NAME",
        "Section or requirement id to test.",
        default_text="all",
        separator="commas",
    ),
    Option(
        "require",
        Name("capability", {str(each): str(each) for each in Capability}),
        "CAPABILITY",
        "Capability that the server must support, such as tools.",
        default_text="none",
        separator="commas",
    ),
    Option(
        "level",
        Name("level", {level.lower(): level for level in Level}),
        "LEVEL",
        "Lowest level to test: must, should or may.",
        default="may",
    ),
    Option(
        "seed",
        INTEGER,
        "N",
        "Seed of generated requests and test words.",
        default="0",
    ),
    Option(
        "generated",
        COUNT_OR_ALL,
        "N|all",
        "Number of generated requests to send, or all.",
        default="120",
    ),
    Option(
        "shrink",
        YesNo(),
        "yes|no",
        "Minimize the generated requests that fail.",
        default=True,
    ),
    Option(
        "case",
        click.STRING,
        "ID",
        "Run one test case only.",
        default_text="all cases",
    ),
    Option(
        "concurrency",
        POSITIVE,
        "N",
        "Maximum number of concurrent requests.",
        default="16",
    ),
    Option(
        "rate",
        RATE,
        "N/s|N/m",
        "Maximum requests per second or minute, such as 5/s.",
        default_text="unlimited",
    ),
    Option(
        "timeout",
        SECONDS,
        "SECONDS",
        "Time limit for one complete response, in seconds.",
        default="60",
    ),
    Option(
        "max-requests",
        POSITIVE,
        "N",
        "Maximum number of requests to send.",
        default_text="unlimited",
    ),
    Option(
        "max-seconds",
        SECONDS,
        "SECONDS",
        "Maximum duration of the run, in seconds.",
        default_text="unlimited",
    ),
    Option(
        "report-dir",
        click.STRING,
        "DIR",
        "Directory for the report.",
        default_text="reports/<time>-<host>-<profile>",
    ),
    Option(
        "catalogue",
        DATE,
        "DATE",
        "Test only requirements that existed on this date.",
        default_text="all requirements",
    ),
    Option(
        "baseline",
        click.STRING,
        "FILE",
        "File that lists expected failures.",
        default_text="none",
    ),
    Option(
        "format",
        Name("report format", {name: name for name in REPORT_FORMATS}),
        "NAMES",
        f"Report formats: {', '.join(REPORT_FORMATS)}.",
        default="html,json,junit,markdown",
        separator="commas",
    ),
    Option(
        "lang",
        Name("language", {"en": "en", "zh": "zh"}),
        "en|zh",
        "Language that the HTML report shows first: en or zh.",
        default="en",
    ),
)
"""Every option of a run; ``url`` is an argument on the command line."""
