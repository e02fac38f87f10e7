"""Select a representative subset of the generated requests."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator

from conformance.property_based.entry import Entry


def _round_robin(
    entries: Iterable[Entry], *keys: Callable[[Entry], Hashable]
) -> Iterator[Entry]:
    """Yield one entry of each group, then a second one of each, and so on.

    Entries in a group have the same value of the first key. The other keys order the
    entries of each group in the same way.
    """
    if not keys:
        yield from entries
        return
    groups: dict[Hashable, list[Entry]] = {}
    for each in entries:
        groups.setdefault(keys[0](each), []).append(each)
    queues = deque(_round_robin(group, *keys[1:]) for group in groups.values())
    while queues:
        queue = queues.popleft()
        if (entry := next(queue, None)) is not None:
            yield entry
            queues.append(queue)


def sample(entries: tuple[Entry, ...], number: int | None) -> tuple[Entry, ...]:
    """Return ``number`` entries in the order of the corpus, or all for ``None``.

    Entries with different scenarios are preferred, then with different fields, then
    with different paths. At least three of five selected entries are inputs that a
    conforming server rejects, at no cost, if the corpus has enough of them.
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
    answered_count = min(number * 2 // 5, len(answered))
    answered_count = max(answered_count, number - len(rejected))
    rejected_count = number - answered_count
    chosen = (*answered[:answered_count], *rejected[:rejected_count])
    selected = {entry.probe for entry in chosen}
    return tuple(e for e in entries if e.probe in selected)
