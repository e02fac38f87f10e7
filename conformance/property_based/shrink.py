"""Minimize a generated request: find a smaller version that fails in the same way."""

import json
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from conformance.model.node import Json

WIDTH: Final = 16
"""Maximum number of smaller versions that are sent concurrently."""

MAX_REQUESTS: Final = 60
"""Maximum number of versions that are sent to minimize one request."""

_MAX_CANDIDATES: Final = 2000
"""Maximum number of versions from which the smallest ones are chosen."""

_MIN_FIELDS: Final = 3
"""Minimum number of fields of an object from which several are removed at once."""

_MAX_CHARACTERS: Final = 3
"""Maximum number of unusual characters that are tried instead of the whole string.

Unusual characters are those outside ASCII and those that cannot be printed.
"""

_MAX_ELEMENTS: Final = 6
"""Maximum number of elements that are tried as the only element of an array."""


def size(value: Json) -> int:
    """Return the length of a value as JSON, in characters."""
    return len(json.dumps(value, ensure_ascii=False))


def _smaller_objects(value: dict[str, Json]) -> Iterator[Json]:
    names = list(value)
    if len(names) >= _MIN_FIELDS:
        yield from (
            {k: v for k, v in value.items() if k in subset}
            for subset in _subsets(names)
        )
    for name in names:
        yield {k: v for k, v in value.items() if k != name}


def _subsets(names: list[str]) -> Iterator[set[str]]:
    """Yield each name alone, each name with ``input``, then both halves of the names.

    If the names include ``model``, every subset does.
    """
    model = {"model"} & set(names)
    for name in names:
        yield model | {name}
    if "input" in names:
        yield from (model | {"input", name} for name in names if name != "input")
    middle = len(names) // 2
    yield model | set(names[:middle])
    yield model | set(names[middle:])


def _shorter_strings(text: str) -> Iterator[str]:
    yield ""
    unusual = [c for c in text if not c.isascii() or not c.isprintable()]
    yield from dict.fromkeys((*unusual[:_MAX_CHARACTERS], *text[:1]))
    middle = len(text) // 2
    if middle:
        yield from (text[:middle], text[middle:], text[1:], text[:-1])


def candidates(value: Json) -> Iterator[Json]:
    """Yield versions of a JSON value in which a part is removed or simplified."""
    if isinstance(value, dict):
        yield from _smaller_objects(value)
        for name in value:
            yield from ({**value, name: v} for v in candidates(value[name]))
    elif isinstance(value, list):
        yield from ([], *([element] for element in value[:_MAX_ELEMENTS]))
        for i in range(len(value)):
            yield value[:i] + value[i + 1 :]
            yield from ([*value[:i], v, *value[i + 1 :]] for v in candidates(value[i]))
    elif isinstance(value, str):
        yield from _shorter_strings(value)
    elif not isinstance(value, bool) and isinstance(value, int | float):
        yield from (0, 1)


class Minimizer:
    """One search for the smallest request that still fails in the same way.

    ``best`` is the smallest body so far that failed like the original body.
    ``is_similar`` returns whether a version violates the document in the same way and
    in the same field as the original body, or is valid like it.
    """

    def __init__(self, body: Json, is_similar: Callable[[Json], bool]) -> None:
        self.best = body
        self._is_similar = is_similar
        self._remaining = MAX_REQUESTS
        self._seen = {json.dumps(body, sort_keys=True)}

    def next_versions(self) -> list[Json]:
        """Return the next versions to send, smallest first.

        The list is empty if the search is finished.
        """
        best_size = size(self.best)
        sized = ((size(v), v) for v in islice(candidates(self.best), _MAX_CANDIDATES))
        smaller = sorted(
            (pair for pair in sized if pair[0] < best_size), key=lambda pair: pair[0]
        )
        number = min(WIDTH, self._remaining)
        versions = list(islice(self._new(v for _, v in smaller), number))
        self._remaining -= len(versions)
        return versions

    def _new(self, versions: Iterator[Json]) -> Iterator[Json]:
        """Yield the versions that are similar and were not returned before."""
        for version in versions:
            text = json.dumps(version, sort_keys=True)
            if text not in self._seen:
                self._seen.add(text)
                if self._is_similar(version):
                    yield version

    def accept(self, failing: list[Json]) -> None:
        """Continue from the smallest version that failed like the original body."""
        self.best = min([*failing, self.best], key=size)
