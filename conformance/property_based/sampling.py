"""Which generated requests a run sends when it may not send all of them."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator

from conformance.property_based.entry import Entry


def _in_turns(
    entries: Iterable[Entry], *keys: Callable[[Entry], Hashable]
) -> Iterator[Entry]:
    """Yield one entry of each group, then a second one of each, and so forth."""
    if not keys:
        yield from entries
        return
    groups: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(keys[0](entry), []).append(entry)
    queues = deque(_in_turns(group, *keys[1:]) for group in groups.values())
    while queues:
        queue = queues.popleft()
        if (first := next(queue, None)) is not None:
            yield first
            queues.append(queue)


def sample(entries: tuple[Entry, ...], number: int | None) -> tuple[Entry, ...]:
    """Return ``number`` of the entries, or all of them for ``None``.

    Every kind of violation and every field comes first, then every place. Of three
    requests at least two are to be refused, which costs nothing: more may be
    answered only when there are no others. The order is that of the corpus.
    """
    if number is None or number >= len(entries):
        return entries
    keys = (
        lambda e: e.drawn.scenario,
        lambda e: e.drawn.field,
        lambda e: e.drawn.path,
    )
    free = list(_in_turns((e for e in entries if e.drawn.is_free), *keys))
    paid = list(_in_turns((e for e in entries if not e.drawn.is_free), *keys))
    answers = min(number * 2 // 5, len(paid))
    answers = max(answers, number - len(free))
    chosen = {e.probe for e in (*paid[:answers], *free[: number - answers])}
    return tuple(e for e in entries if e.probe in chosen)
