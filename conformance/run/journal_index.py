"""Where in a journal each exchange stands, in little memory: there may be very many."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator


class JournalIndex:
    """The offset of the line of each exchange, in bytes, by the exchange's id.

    An id is ``x-`` and a number; the numbers count up in the order in which exchanges
    end, which is that of their lines.
    """

    def __init__(self) -> None:
        self._numbers = array("q")
        self._offsets = array("q")

    def add(self, id_: str, offset: int) -> None:
        """Remember one more; raises ``ValueError`` for an id that does not count up."""
        number = _number(id_)
        if self._numbers and number <= self._numbers[-1]:
            raise ValueError(f"{id_} comes after x-{self._numbers[-1]}")
        self._numbers.append(number)
        self._offsets.append(offset)

    def get(self, id_: str) -> int | None:
        """Return where an exchange stands, or ``None`` where it is not known."""
        try:
            number = _number(id_)
        except ValueError:
            return None
        at = bisect_left(self._numbers, number)
        found = at < len(self._numbers) and self._numbers[at] == number
        return self._offsets[at] if found else None

    def __iter__(self) -> Iterator[int]:
        """Yield all offsets, in the order of the journal."""
        return iter(self._offsets)

    def __len__(self) -> int:
        """Return how many exchanges there are."""
        return len(self._offsets)


def _number(id_: str) -> int:
    """Return the number in an id; raises ``ValueError``."""
    if not id_.startswith("x-"):
        raise ValueError(f"{id_} is no id of an exchange")
    return int(id_[2:])
