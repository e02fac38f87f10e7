"""Show a JSON value or other text in a few short lines.

The part that a finding is about is marked. The excerpt is small even if the response is
large or deeply nested.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from conformance.model import json_pointer
from conformance.model.node import Json
from conformance.reports.escaping import escape_control_characters

MAX_DEPTH: Final = 24
"""Maximum number of nested levels that are shown."""

MAX_SIBLINGS: Final = 16
"""Maximum number of elements of one object or array, not counting the marked one."""

MAX_LINE_LENGTH: Final = 240
"""Maximum number of characters of a value or text in a line."""

MAX_MARKED_LINE_LENGTH: Final = 1200
"""Maximum number of characters of a value in a marked line."""

MAX_OTHER_VALUES: Final = 240
"""Number of values that are shown although they do not contain the marked value.

After that, an object or array is shown without its elements.
"""

CONTEXT_LINES: Final = 7
"""Number of lines shown before the first and after the last marked line."""

MIN_LINES: Final = 36
"""Maximum number of lines of a value that is shown completely."""

MAX_MARKED_LINES: Final = 24
"""Number of marked lines that are shown after the first marked line."""

Path = tuple[str | int, ...]
"""The keys and indices that lead to a part of a JSON value."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an excerpt.

    A finding is about a ``marked`` line. A line that ``encloses`` opens or closes an
    object or array on the path to the marked value. If ``omitted`` is not 0, the line
    is in place of so many omitted lines, and has no text.
    """

    text: str
    marked: bool = False
    omitted: int = 0
    encloses: bool = False


def truncate(text: str, max_length: int = MAX_LINE_LENGTH) -> str:
    """Return the first ``max_length`` characters of ``text``, escaped.

    The length follows if the text is longer.
    """
    if len(text) <= max_length:
        return escape_control_characters(text)
    return f"{escape_control_characters(text[:max_length])}… ({len(text)} characters)"


def _resolve(value: Json, step: str) -> str | int | None:
    """Return ``step`` as a key or index of ``value``, or ``None`` if it is neither."""
    if isinstance(value, list) and step.isascii() and step.isdigit():
        index = int(step[:9])
        return index if index < len(value) else None
    return step if isinstance(value, dict) and step in value else None


def walk(value: Json, pointer: str) -> tuple[Path, str]:
    """Follow a JSON pointer from ``value``, as far as it exists.

    Return the path to the last existing value, and the steps that do not exist, joined
    with slashes.
    """
    steps = json_pointer.split(pointer)
    path: list[str | int] = []
    for number, step in enumerate(steps):
        key = _resolve(value, step)
        if key is None:
            return tuple(path), "/".join(steps[number:])
        path.append(key)
        value = value[key]
    return tuple(path), ""


class _Printer:
    """Formats one JSON value: all values on ``path``, and few others.

    ``missing`` names the value that the end of the path lacks, if any. With ``mark``,
    the line of the missing value or the end of the path is marked.
    """

    def __init__(self, path: Path, missing: str, *, mark: bool) -> None:
        self._path = path
        self._missing = missing
        self._mark = mark
        self._other_values_left = MAX_OTHER_VALUES

    def lines(
        self,
        value: Json,
        depth: int = 0,
        label: str = "",
        comma: str = "",
        *,
        on_path: bool = True,
    ) -> Iterator[Line]:
        """Yield the lines of ``value``; ``on_path`` is true if it is on the path."""
        is_target = on_path and depth == len(self._path)
        marked = is_target and self._mark and not self._missing
        if not on_path:
            self._other_values_left -= 1
        indent = "  " * depth
        if not isinstance(value, dict | list) or not value:
            max_length = MAX_MARKED_LINE_LENGTH if marked else MAX_LINE_LENGTH
            scalar = truncate(_scalar(value, max_length), max_length)
            yield Line(indent + label + scalar + comma, marked)
            if is_target and self._missing:
                yield self._missing_line(depth)
            return
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        omit_elements = self._other_values_left <= 0 and (not on_path or is_target)
        if omit_elements or depth >= MAX_DEPTH:
            yield Line(f"{indent}{label}{opening} … {closing}{comma}", marked)
            return
        yield Line(indent + label + opening, marked, encloses=on_path)
        inside_path = on_path and not is_target
        for line in self._inside(value, depth + 1, on_path=inside_path):
            yield replace(line, marked=line.marked or marked)
        if is_target and self._missing:
            yield self._missing_line(depth + 1)
        yield Line(indent + closing + comma, marked, encloses=on_path)

    def _missing_line(self, depth: int) -> Line:
        """Return a line in place of the value that is missing."""
        name = truncate(_quoted(self._missing, MAX_LINE_LENGTH))
        return Line(f"{'  ' * depth}✗ {name}", self._mark)

    def _inside(
        self, value: dict[str, Json] | list[Json], depth: int, *, on_path: bool
    ) -> Iterator[Line]:
        """Yield the lines of the first elements, and of the element on the path."""
        next_key = self._path[depth - 1] if on_path else None
        shown = 0
        elements: Iterable[tuple[str | int, Json]] = (
            value.items() if isinstance(value, dict) else enumerate(value)
        )
        for name, element in elements:
            is_next = on_path and name == next_key
            if shown >= MAX_SIBLINGS and not is_next:
                continue
            shown += 1
            label = f"{truncate(_quoted(name, 80))}: " if isinstance(name, str) else ""
            comma = "," if shown < len(value) else ""
            yield from self.lines(element, depth, label, comma, on_path=is_next)
        if (more := len(value) - shown) > 0:
            yield Line("  " * depth + f"… +{more}")


def _quoted(text: str, max_length: int) -> str:
    """Return ``text`` as a JSON string, truncated to ``max_length`` characters."""
    if len(text) <= max_length:
        return json.dumps(text, ensure_ascii=False)
    start = json.dumps(text[:max_length], ensure_ascii=False)
    return f"{start}… ({len(text)} characters)"


def _scalar(value: Json, max_length: int) -> str:
    if isinstance(value, str):
        return _quoted(value, max_length)
    try:
        return json.dumps(value)
    except ValueError:  # an integer with more digits than Python converts
        return "…"


def json_lines(value: Json, pointer: str | None) -> tuple[Line, ...]:
    """Return an excerpt of a JSON value; the value at ``pointer`` is marked, if any."""
    path, missing = walk(value, pointer or "")
    mark = pointer is not None and pointer.startswith("/")
    printer = _Printer(path[:MAX_DEPTH], missing, mark=mark)
    return around_marked(list(printer.lines(value)))


def text_lines(body: bytes) -> tuple[Line, ...]:
    """Return the beginning of a body that is not JSON as lines."""
    max_length = MIN_LINES * MAX_LINE_LENGTH
    text = body[:max_length].decode("utf-8", "replace")
    lines = [Line(truncate(line)) for line in islice(text.splitlines(), MIN_LINES)]
    if len(body) > max_length:
        lines.append(Line(f"… ({len(body)} bytes)"))
    return tuple(lines)


def around_marked(lines: list[Line]) -> tuple[Line, ...]:
    """Return the lines near the marked lines, and a line in place of each gap.

    Without a marked line, return the first lines.
    """
    if len(lines) <= MIN_LINES:
        return tuple(lines)
    marked = [number for number, line in enumerate(lines) if line.marked]
    keep = {0, 1, len(lines) - 1}
    keep.update(number for number, line in enumerate(lines) if line.encloses)
    if marked:
        first, last = marked[0], min(marked[-1], marked[0] + MAX_MARKED_LINES)
        keep.update(range(first - CONTEXT_LINES, last + CONTEXT_LINES + 1))
    else:
        keep.update(range(MIN_LINES))
    return tuple(_with_gaps(lines, keep))


def _with_gaps(lines: list[Line], keep: set[int]) -> Iterator[Line]:
    """Yield the lines to keep, and one line for each gap."""
    omitted = 0
    for number, line in enumerate(lines):
        if number not in keep:
            omitted += 1
            continue
        if omitted:
            yield Line("", omitted=omitted)
            omitted = 0
        yield line
