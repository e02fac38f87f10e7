"""A JSON value with its location, and the findings that are reported about it.

Checks read responses only through ``Node``. A field that is missing or has the wrong
type becomes a finding with its JSON Pointer, not a ``KeyError``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from conformance.model.json_pointer import child

Json = Any
"""A value as ``json.loads`` returns it."""

T = TypeVar("T")

MAX_QUOTED_LENGTH = 160
"""Maximum length of a quoted value in a finding, in characters."""

MISSING = "missing"
"""``Finding.got`` if the expected value is missing."""

_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "a boolean",
}
"""The name of each type in ``Finding.expected``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of a requirement, found in one exchange.

    ``pointer`` is the location: a JSON Pointer (RFC 6901) into the body
    (``/usage/total_tokens``), a JSON Pointer into the data of a server-sent event
    (``event 3 /delta``), or a part of the message (``status``, ``header date``). It is
    empty for the body itself. ``exchange`` is the id of the exchange (``x-0012``), or
    empty until it is known.
    """

    pointer: str
    expected: str
    got: str
    exchange: str = ""

    def __str__(self) -> str:
        """Return the finding on one line: ``POINTER: expected …, got …``."""
        return f"{self.pointer or 'body'}: expected {self.expected}, got {self.got}"

    def with_exchange(self, exchange: str) -> "Finding":
        """Return the finding with this exchange id, unless it already has one."""
        return self if self.exchange else replace(self, exchange=exchange)


class UnexpectedValue(Exception):
    """A value that a check needs is missing or has the wrong type; see ``finding``."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def quote(value: Json) -> str:
    """Return a value as JSON, shortened to ``MAX_QUOTED_LENGTH`` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    if len(text) <= MAX_QUOTED_LENGTH:
        return text
    return f"{text[:MAX_QUOTED_LENGTH]}… ({len(text)} characters)"


def is_a(value: Json, kind: type) -> bool:
    """Return whether a JSON value has the type ``kind``; ``true`` is not an integer.

    ``float`` means any JSON number, ``int`` one without a fraction or exponent.
    """
    if type(value) is kind:
        return True
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)


class Node:
    """A JSON value with its location.

    ``pointer`` has the form of ``Finding.pointer``. ``exchange`` is the id of the
    exchange that the value was read from.
    """

    __slots__ = ("exchange", "pointer", "value")

    def __init__(self, value: Json, pointer: str = "", exchange: str = "") -> None:
        self.value = value
        self.pointer = pointer
        self.exchange = exchange

    def __repr__(self) -> str:
        """Show the value and its location."""
        return f"Node({quote(self.value)} at {self.pointer or '/'})"

    def __getitem__(self, step: str | int) -> "Node":
        """Return a field or an element; raises ``UnexpectedValue`` if it is missing."""
        container: Json = self.expect(dict if isinstance(step, str) else list)
        pointer = child(self.pointer, step)
        try:
            return Node(container[step], pointer, self.exchange)
        except LookupError:
            missing = Finding(pointer, "a value", MISSING, self.exchange)
            raise UnexpectedValue(missing) from None

    def __contains__(self, name: str) -> bool:
        """Return whether the value is an object with this field, even if ``null``."""
        return isinstance(self.value, dict) and name in self.value

    def __iter__(self) -> Iterator["Node"]:
        """Yield the elements; raises ``UnexpectedValue`` if this is not an array."""
        for index, value in enumerate(self.expect(list)):
            yield Node(value, f"{self.pointer}/{index}", self.exchange)

    def get(self, name: str) -> "Node | None":
        """Return a field, or ``None`` if it is missing or ``null``."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        if value is None:
            return None
        return Node(value, child(self.pointer, name), self.exchange)

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        """Yield name and value; raises ``UnexpectedValue`` if it is not an object."""
        for name, value in self.expect(dict).items():
            yield name, Node(value, child(self.pointer, name), self.exchange)

    def expect(self, kind: type[T]) -> T:
        """Return the value; raises ``UnexpectedValue`` if it has another type."""
        if type(self.value) is kind or is_a(self.value, kind):
            value: T = self.value
            return value
        raise UnexpectedValue(self.finding(_NAMES.get(kind, kind.__name__)))

    def is_a(self, kind: type) -> bool:
        """Return whether the value has the type ``kind``, as the function ``is_a``."""
        return is_a(self.value, kind)

    def finding(self, expected: str, got: str | None = None) -> Finding:
        """Return a finding about this value; ``got`` defaults to the quoted value."""
        got = quote(self.value) if got is None else got
        return Finding(self.pointer, expected, got, self.exchange)

    def must_be(self, kind: type) -> Iterator[Finding]:
        """Yield a finding unless the value has the type ``kind``."""
        if not is_a(self.value, kind):
            yield self.finding(_NAMES.get(kind, kind.__name__))

    def must_equal(self, expected: Json, because: str = "") -> Iterator[Finding]:
        """Yield a finding unless the value equals ``expected``.

        Values of different types are not equal, such as ``true`` and 1. ``because``
        explains the expected value, such as the terms of a sum. The finding has it in
        parentheses.
        """
        if self.value != expected or type(self.value) is not type(expected):
            suffix = f" ({because})" if because else ""
            yield self.finding(quote(expected) + suffix)
