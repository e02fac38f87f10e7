"""A JSON value that knows where it stands.

Checks walk a target's answers only through ``Node``: a member that is absent or
of another type becomes a finding with its pointer, never a ``KeyError``.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

type_ = type

Json = Any
"""A value as ``json.loads`` returns it."""

T = TypeVar("T")

MAX_QUOTED_LENGTH = 160
"""Characters of a value that a finding quotes."""

_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string",
    int: "an integer",
    float: "a number",
    bool: "true or false",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One way in which an answer breaks a clause.

    ``pointer`` says where: a JSON Pointer (RFC 6901) into the body
    (``/usage/total_tokens``), the same behind the index of a server-sent event
    (``event 3 /delta``), or a part of the message (``status``, ``header date``).
    ``exchange`` is the id of the exchange (``x-0012``), empty until it is known.
    """

    pointer: str
    expected: str
    got: str
    exchange: str = ""

    def __str__(self) -> str:
        """Return the finding on one line."""
        where = self.pointer or "the whole body"
        return f"at {where}: expected {self.expected}, got {self.got}"

    def within(self, exchange: str) -> "Finding":
        """Return the finding with its exchange named, unless it has one."""
        return self if self.exchange else replace(self, exchange=exchange)


class UnexpectedValue(Exception):
    """The answer lacks what a check came to look at; ``finding`` says what."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def quote(value: Json) -> str:
    """Quote a value for a finding: JSON, cut to ``MAX_QUOTED_LENGTH`` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        text = repr(value)
    if len(text) <= MAX_QUOTED_LENGTH:
        return text
    return f"{text[:MAX_QUOTED_LENGTH]}… ({len(text)} characters)"


def is_a(value: Json, kind: type) -> bool:
    """Say whether a JSON value is of ``kind``; ``true`` is never an integer.

    ``float`` stands for any JSON number, and ``int`` for those written without
    a fraction or exponent.
    """
    if type(value) is kind:
        return True
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, kind) and isinstance(value, bool) is (kind is bool)


class Node:
    """A JSON value, and the pointer of the place that it was read from."""

    __slots__ = ("exchange", "pointer", "value")

    def __init__(self, value: Json, pointer: str = "", exchange: str = "") -> None:
        self.value = value
        self.pointer = pointer
        self.exchange = exchange

    def __repr__(self) -> str:
        """Show the place and the value."""
        return f"Node({quote(self.value)} at {self.pointer or '/'})"

    def __getitem__(self, step: str | int) -> "Node":
        """Step into a member or an element; raises ``UnexpectedValue`` when absent."""
        container: Json = self.expect(dict if isinstance(step, str) else list)
        try:
            return Node(container[step], f"{self.pointer}/{step}", self.exchange)
        except LookupError:
            at = f"{self.pointer}/{step}"
            missing = Finding(at, "a value", "nothing", self.exchange)
            raise UnexpectedValue(missing) from None

    def __contains__(self, member: str) -> bool:
        """Say whether the value is an object that has ``member``, null included."""
        return isinstance(self.value, dict) and member in self.value

    def __iter__(self) -> Iterator["Node"]:
        """Walk an array; raises ``UnexpectedValue`` when it is not one."""
        for index, value in enumerate(self.expect(list)):
            yield Node(value, f"{self.pointer}/{index}", self.exchange)

    def get(self, member: str) -> "Node | None":
        """Return a member that is there and not null, else ``None``."""
        value = self.value.get(member) if isinstance(self.value, dict) else None
        if value is None:
            return None
        return Node(value, f"{self.pointer}/{member}", self.exchange)

    def fields(self) -> Iterator[tuple[str, "Node"]]:
        """Walk an object; raises ``UnexpectedValue`` when it is not one."""
        for name, value in self.expect(dict).items():
            yield name, Node(value, f"{self.pointer}/{name}", self.exchange)

    def expect(self, kind: type[T]) -> T:
        """Return the value; raises ``UnexpectedValue`` when it is of another type."""
        if type_(self.value) is kind or is_a(self.value, kind):
            value: T = self.value
            return value
        raise UnexpectedValue(self.finding(_NAMES.get(kind, kind.__name__)))

    def is_a(self, kind: type) -> bool:
        """Say whether the value is of ``kind``, by the rules of ``is_a``."""
        return is_a(self.value, kind)

    def finding(self, expected: str, got: str | None = None) -> Finding:
        """Say what was wanted here; ``got`` is the value unless given."""
        shown = quote(self.value) if got is None else got
        return Finding(self.pointer, expected, shown, self.exchange)

    def must_be(self, kind: type) -> Iterator[Finding]:
        """Yield one finding unless the value is of ``kind``."""
        if not is_a(self.value, kind):
            yield self.finding(_NAMES.get(kind, kind.__name__))

    def must_equal(self, expected: Json, because: str = "") -> Iterator[Finding]:
        """Yield one finding unless the value equals ``expected``.

        ``true`` does not equal 1 here, as it does in Python. ``because`` is put
        in brackets behind the expected value.
        """
        if self.value != expected or type_(self.value) is not type_(expected):
            wanted = quote(expected) + (f" ({because})" if because else "")
            yield self.finding(wanted)
