"""Smaller versions of a request that failed, most hopeful first."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from conformance.model.node import Json

WIDTH: Final = 16
"""Smaller versions that are sent at the same time."""

MOST: Final = 60
"""Extra requests for one distinct failure."""

_LOOKED_AT: Final = 2000
"""Versions that are thought of before the smallest of them are tried."""

_MANY: Final = 3


def size(value: Json) -> int:
    """Return the length of a value as JSON, in characters."""
    return len(json.dumps(value, ensure_ascii=False))


def _fewer(value: dict[str, Json]) -> Iterator[Json]:
    names = list(value)
    if len(names) >= _MANY:
        yield from (
            {k: v for k, v in value.items() if k in few} for few in _apart(names)
        )
    for name in names:
        yield {k: v for k, v in value.items() if k != name}


def _apart(names: list[str]) -> Iterator[set[str]]:
    """Yield each name with the model, alone and beside the input; then the halves."""
    kept = {"model"} & set(names)
    for name in names:
        yield kept | {name}
    if "input" in names:
        yield from (kept | {"input", name} for name in names if name != "input")
    middle = len(names) // 2
    yield kept | set(names[:middle])
    yield kept | set(names[middle:])


def _shorter(text: str) -> Iterator[str]:
    yield ""
    odd = [c for c in text if not c.isascii() or not c.isprintable()]
    yield from dict.fromkeys((*odd[:_MANY], *text[:1]))
    middle = len(text) // 2
    if middle:
        yield from (text[:middle], text[middle:], text[1:], text[:-1])


def smaller(value: Json) -> Iterator[Json]:
    """Yield versions of a JSON value with something left out or made plain."""
    if isinstance(value, dict):
        yield from _fewer(value)
        for name in value:
            yield from ({**value, name: less} for less in smaller(value[name]))
    elif isinstance(value, list):
        yield from ([], *([one] for one in value[: _MANY * 2]))
        for i in range(len(value)):
            yield value[:i] + value[i + 1 :]
            yield from ([*value[:i], x, *value[i + 1 :]] for x in smaller(value[i]))
    elif isinstance(value, str):
        yield from _shorter(value)
    elif not isinstance(value, bool) and isinstance(value, int | float):
        yield from (0, 1)


class Minimizer:
    """One search for the smallest request that still fails the same way.

    ``alike`` says whether a version breaks the same clause in the same field, or is
    as valid as the first.
    """

    def __init__(self, body: Json, alike: Callable[[Json], bool]) -> None:
        self.best = body
        self._alike = alike
        self._left = MOST
        self._seen = {json.dumps(body, sort_keys=True)}

    def versions(self) -> list[Json]:
        """Return what to try next: smallest first; nothing at the end."""
        bound = size(self.best)
        sized = ((size(v), v) for v in islice(smaller(self.best), _LOOKED_AT))
        few = sorted(
            (pair for pair in sized if pair[0] < bound), key=lambda pair: pair[0]
        )
        chosen = list(islice(self._new(v for _, v in few), min(WIDTH, self._left)))
        self._left -= len(chosen)
        return chosen

    def _new(self, versions: Iterator[Json]) -> Iterator[Json]:
        for version in versions:
            mark = json.dumps(version, sort_keys=True)
            if mark not in self._seen:
                self._seen.add(mark)
                if self._alike(version):
                    yield version

    def keep(self, failing: list[Json]) -> None:
        """Go on from the smallest of the versions that failed as the first did."""
        self.best = min([*failing, self.best], key=size)
