"""The types of options: click types with an error message that names the source.

An error names the flag, the environment variable or the line of a file that has the
value, what was expected, and the value. A value that may contain a key is not shown.
"""

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NoReturn

import click
from click.core import ParameterSource

from conformance.errors import ConfigurationError, UnknownName
from conformance.model.requirement import CATALOGUE, FIRST_CATALOGUE

FLAG_LOCATIONS: Final = "conformance.flag_locations"
"""Key of ``Context.meta``: where flags set options, by the parameter's name."""

FILE_LOCATIONS: Final = "conformance.file_locations"
"""Key of ``Context.meta``: where files set options, by the parameter's name."""


def _source(param: click.Parameter | None, ctx: click.Context | None) -> str:
    """Return the flag, environment variable or line of a file that has the value."""
    if param is None or ctx is None or param.name is None:
        return "value"
    source = ctx.get_parameter_source(param.name)
    if source is ParameterSource.ENVIRONMENT:
        return f"the variable {param.envvar}"
    from_flag = source is ParameterSource.COMMANDLINE
    meta_key = FLAG_LOCATIONS if from_flag else FILE_LOCATIONS
    location: str | None = ctx.meta.get(meta_key, {}).get(param.name)
    return location or param.opts[0]


class Expecting(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """Convert with the click type ``inner``; if that fails, say what was expected.

    The error message contains the value, unless ``secret`` is true.
    """

    def __init__(
        self,
        inner: "click.ParamType[Any]",
        expected: str,
        *,
        secret: bool = False,
    ) -> None:
        self.name = inner.name
        self.expected = expected
        self._inner = inner
        self._secret = secret

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- as click gives it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 -- as the inner type returns it
        """Return the converted value; raises ``ConfigurationError``."""
        try:
            return self._inner.convert(value, param, ctx)
        except click.BadParameter:
            shown = "a value that is not shown" if self._secret else repr(value)
            raise ConfigurationError(
                f"{_source(param, ctx)}: expected {self.expected}, got {shown}",
                "correct the value, or remove it to use the default",
            ) from None


class YesNo(click.types.BoolParamType):
    """Yes or no, or any other boolean that click accepts; the option can be a flag."""

    expected = "yes or no"

    def fail(
        self,
        message: str,
        param: click.Parameter | None = None,
        ctx: click.Context | None = None,
    ) -> NoReturn:
        """Raise ``ConfigurationError``; ``message`` is click's, with the value."""
        raise ConfigurationError(
            f"{_source(param, ctx)}: expected {self.expected}; {message}",
            "correct the value, or remove it to use the default",
        )


class Name(click.Choice):  # type: ignore[type-arg]  # not generic before click 8.2
    """One of several names, converted to its value in ``values``.

    ``kind`` says what the names are for, such as ``profile``.
    """

    def __init__(self, kind: str, values: Mapping[str, Any]) -> None:
        super().__init__(list(values), case_sensitive=False)
        self._kind = kind
        self._values = values
        self.expected = ", ".join(values)

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- as click gives it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401 -- the values have any type
        """Return the value with this name; raises ``UnknownName``."""
        try:
            return self._values[super().convert(value, param, ctx)]
        except click.BadParameter:
            error = UnknownName.of(self._kind, str(value), self._values)
            raise UnknownName(
                f"{_source(param, ctx)}: {error.message}", error.hint
            ) from None


class Several(click.ParamType):  # type: ignore[type-arg]  # not generic before click 8.4
    """A tuple of values in one string, with ``separator`` between them.

    ``each`` is the type of one value.
    """

    name = "several"

    def __init__(self, each: "click.ParamType[Any]", separator: str) -> None:
        self._each = each
        self._separator = separator

    def convert(
        self,
        value: Any,  # noqa: ANN401 -- as click gives it
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[Any, ...]:
        """Return all values that are not empty, each converted."""
        parts = [part.strip() for part in str(value).split(self._separator)]
        return tuple(self._each.convert(part, param, ctx) for part in parts if part)

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the environment variable as one value, which ``convert`` splits."""
        return [rv]


def seconds(text: str) -> float:
    """Parse a finite number above 0; raises ``ValueError``.

    ``click.FloatRange`` is not used, because it accepts ``nan`` in every range.
    """
    value = float(text)
    if not 0 < value < math.inf:
        raise ValueError(text)
    return value


def read_rate(text: str) -> float:
    """Parse ``5/s`` or ``300/m`` as requests per second; raises ``ValueError``.

    A number without a unit is in requests per second.
    """
    number, slash, unit = text.partition("/")
    unit_seconds = {"s": 1.0, "m": 60.0}.get(unit if slash else "s")
    if unit_seconds is None:
        raise ValueError(text)
    return seconds(number) / unit_seconds


def read_header(text: str) -> tuple[str, str]:
    """Parse ``Name: value``; return the name in lower case and the value.

    Raises ``ValueError`` if that is not a header, or if HTTP cannot send it.
    """
    name, colon, value = text.partition(":")
    sendable = name.strip().isascii() and value.strip().isprintable()
    if not colon or not name.strip() or not sendable:
        raise ValueError(text)
    return name.strip().lower(), value.strip()


def count_or_all(text: str) -> int | None:
    """Parse a number, 0 or more; return ``None`` for all; raises ``ValueError``."""
    if text == "all":
        return None
    if int(text) < 0:
        raise ValueError(text)
    return int(text)


def catalogue_date(text: str) -> str:
    """Parse a date from ``FIRST_CATALOGUE`` to ``CATALOGUE``; raises ``ValueError``."""
    day = date.fromisoformat(text).isoformat()
    if not FIRST_CATALOGUE <= day <= CATALOGUE:
        raise ValueError(text)
    return day


def variable_name(text: str) -> str:
    """Return ``text``; raises ``ValueError`` if it cannot name a variable."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(text)
    return text


INTEGER: Final = Expecting(click.INT, "an integer")
POSITIVE: Final = Expecting(click.IntRange(min=1), "an integer, 1 or more")
SECONDS: Final = Expecting(
    click.types.FuncParamType(seconds), "a number of seconds above 0"
)
RATE: Final = Expecting(
    click.types.FuncParamType(read_rate), "a rate such as 5/s or 300/m"
)
COUNT_OR_ALL: Final = Expecting(
    click.types.FuncParamType(count_or_all), "an integer, 0 or more, or all"
)
DATE: Final = Expecting(
    click.types.FuncParamType(catalogue_date),
    f"the date of a catalogue, from {FIRST_CATALOGUE} to {CATALOGUE}",
)
HEADER: Final = Expecting(
    click.types.FuncParamType(read_header), "'Name: value'", secret=True
)
VARIABLE: Final = Expecting(
    click.types.FuncParamType(variable_name),
    "the name of an environment variable",
    secret=True,
)
