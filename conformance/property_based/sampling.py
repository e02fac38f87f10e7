"""Select a representative subset of the generated requests."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator

from conformance.property_based.entry import Entry


def _round_robin(
    entries: Iterable[Entry], *keys: Callable[[Entry], Hashable]
) -> Iterator[Entry]:
    """Yield one entry of each group, then a second one of each, and so on.

    Entries are grouped by the first key; each group is in turn grouped by the others.
    """
    if not keys:
        yield from entries
        return
    groups: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(keys[0](entry), []).append(entry)
    queues = deque(_round_robin(group, *keys[1:]) for group in groups.values())
    while queues:
        queue = queues.popleft()
        if (first := next(queue, None)) is not None:
            yield first
            queues.append(queue)


def sample(entries: tuple[Entry, ...], number: int | None) -> tuple[Entry, ...]:
    """Return ``number`` entries in the order of the corpus, or all for ``None``.

    Entries with different scenarios are preferred, then with different fields, then
    with different paths. At least three of five are inputs that a server rejects, at no
    cost, as long as the corpus has enough of them.
    """
    if number is None or number >= len(entries):
        return entries
    keys = (
        lambda e: e.generated.scenario,
        lambda e: e.generated.field,
        lambda e: e.generated.path,
    )
    rejected = list(
        _round_robin((e for e in entries if e.generated.must_be_rejected), *keys)
    )
    answered = list(
        _round_robin((e for e in entries if not e.generated.must_be_rejected), *keys)
    )
    count = min(number * 2 // 5, len(answered))
    count = max(count, number - len(rejected))
    selected = {e.probe for e in (*answered[:count], *rejected[: number - count])}
    return tuple(e for e in entries if e.probe in selected)
