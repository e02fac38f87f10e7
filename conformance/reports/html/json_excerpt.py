"""A piece of an answer for a reader: pretty, small, and marked where it is wrong.

Whatever a server sent, however large or deep, comes out as a few dozen short lines.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from conformance.model.node import Json
from conformance.reports.escaping import escape_control_characters

DEEPEST: Final = 24
"""Levels of nesting that are followed."""

SIBLINGS: Final = 16
"""Members of one object or array that are shown, besides the one in question."""

LONGEST: Final = 240
"""Characters of one line."""

LONGEST_MARKED: Final = 1200
"""Characters of a line that is in question."""

SPARE: Final = 240
"""Lines that may be spent on what is not in question."""

AROUND: Final = 7
"""Lines that are shown before and behind what is in question."""

SHORT: Final = 36
"""Lines that are shown in any case."""

MARKED: Final = 24
"""Lines in question that are shown."""

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``marked`` is what a finding is about, ``left_out`` counts lines.

    ``leads`` says that it opens or closes something that a marked line stands in.
    """

    text: str
    marked: bool = False
    left_out: int = 0
    leads: bool = False


def cut(text: str, longest: int = LONGEST) -> str:
    """Return ``text`` as it can be shown, cut to so many characters of its own."""
    if len(text) <= longest:
        return escape_control_characters(text)
    return f"{escape_control_characters(text[:longest])}… ({len(text)} characters)"


def _step(value: Json, steps: list[str]) -> tuple[str | int, int] | None:
    """Return the member that ``steps`` begin with, and how many of them name it.

    The members of a finding's pointer may have slashes of their own.
    """
    if isinstance(value, list) and steps[0].isascii() and steps[0].isdigit():
        index = int(steps[0][:9])
        return (index, 1) if index < len(value) else None
    if not isinstance(value, dict):
        return None
    for used in range(len(steps), 0, -1):
        raw = "/".join(steps[:used])
        for name in (raw, raw.replace("~1", "/").replace("~0", "~")):
            if name in value:
                return name, used
    return None


def walk(value: Json, pointer: str) -> tuple[Path, str]:
    """Follow a pointer as far as it goes; return the way, and what is not there."""
    steps = pointer.split("/")[1:] if pointer.startswith("/") else []
    path: list[str | int] = []
    while steps:
        found = _step(value, steps)
        if found is None:
            return tuple(path), "/".join(steps)
        member, used = found
        path.append(member)
        value = value[member]
        steps = steps[used:]
    return tuple(path), ""


class _Printer:
    """Prints one JSON value, all lines on the way to a place, few beside it."""

    def __init__(self, path: Path, absent: str, *, mark: bool) -> None:
        self._path = path
        self._absent = absent
        self._mark = mark
        self._spare = SPARE

    def lines(
        self,
        value: Json,
        depth: int = 0,
        label: str = "",
        comma: str = "",
        *,
        on_path: bool = True,
    ) -> Iterator[Line]:
        """Yield the lines of ``value``; ``on_path`` says that the place is in it."""
        here = on_path and depth == len(self._path)
        marked = here and self._mark and not self._absent
        if not on_path:
            self._spare -= 1
        pad = "  " * depth
        if not isinstance(value, dict | list) or not value:
            longest = LONGEST_MARKED if marked else LONGEST
            scalar = cut(_scalar(value, longest), longest)
            yield Line(pad + label + scalar + comma, marked)
            if here and self._absent:
                yield self._missing(depth)
            return
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        folded = self._spare <= 0 and (not on_path or here)
        if folded or depth >= DEEPEST:
            yield Line(f"{pad}{label}{opening} … {closing}{comma}", marked)
            return
        yield Line(pad + label + opening, marked, leads=on_path)
        for line in self._inside(value, depth + 1, on_path=on_path and not here):
            yield replace(line, marked=line.marked or marked)
        if here and self._absent:
            yield self._missing(depth + 1)
        yield Line(pad + closing + comma, marked, leads=on_path)

    def _missing(self, depth: int) -> Line:
        absent = cut(_quoted(self._absent, LONGEST))
        return Line(f"{'  ' * depth}✗ {absent}", self._mark)

    def _inside(
        self, value: dict[str, Json] | list[Json], depth: int, *, on_path: bool
    ) -> Iterator[Line]:
        wanted = self._path[depth - 1] if on_path else None
        shown = 0
        members: Iterable[tuple[str | int, Json]] = (
            value.items() if isinstance(value, dict) else enumerate(value)
        )
        for name, member in members:
            is_wanted = on_path and name == wanted
            if shown >= SIBLINGS and not is_wanted:
                continue
            shown += 1
            label = f"{cut(_quoted(name, 80))}: " if isinstance(name, str) else ""
            comma = "," if shown < len(value) else ""
            yield from self.lines(member, depth, label, comma, on_path=is_wanted)
        if (more := len(value) - shown) > 0:
            yield Line("  " * depth + f"… +{more}")


def _quoted(text: str, longest: int) -> str:
    if len(text) <= longest:
        return json.dumps(text, ensure_ascii=False)
    start = json.dumps(text[:longest], ensure_ascii=False)
    return f"{start}… ({len(text)} characters)"


def _scalar(value: Json, longest: int) -> str:
    if isinstance(value, str):
        return _quoted(value, longest)
    try:
        return json.dumps(value)
    except ValueError:  # an integer of more digits than Python likes to write
        return "…"


def printed(value: Json, pointer: str | None) -> tuple[Line, ...]:
    """Return a JSON value as lines; ``pointer`` names the place to mark, if any."""
    path, absent = walk(value, pointer or "")
    is_inside = pointer is not None and pointer.startswith("/")
    printer = _Printer(path[:DEEPEST], absent, mark=is_inside)
    return folded(list(printer.lines(value)))


def plain(body: bytes) -> tuple[Line, ...]:
    """Return the beginning of a body that is not JSON, as lines."""
    text = body[: SHORT * LONGEST].decode("utf-8", "replace")
    lines = [Line(cut(line)) for line in islice(text.splitlines(), SHORT)]
    if len(body) > SHORT * LONGEST:
        lines.append(Line(f"… ({len(body)} bytes)"))
    return tuple(lines)


def folded(lines: list[Line]) -> tuple[Line, ...]:
    """Return the lines around those marked, and how many were left out between."""
    if len(lines) <= SHORT:
        return tuple(lines)
    marked = [number for number, line in enumerate(lines) if line.marked]
    keep = {0, 1, len(lines) - 1}
    keep.update(number for number, line in enumerate(lines) if line.leads)
    if marked:
        first, last = marked[0], min(marked[-1], marked[0] + MARKED)
        keep.update(range(first - AROUND, last + AROUND + 1))
    else:
        keep.update(range(SHORT))
    return tuple(_gaps(lines, keep))


def _gaps(lines: list[Line], keep: set[int]) -> Iterator[Line]:
    missing = 0
    for number, line in enumerate(lines):
        if number not in keep:
            missing += 1
            continue
        if missing:
            yield Line("", left_out=missing)
            missing = 0
        yield line
