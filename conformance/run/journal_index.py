"""A compact index that maps exchange ids to byte offsets in a journal."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator


class JournalIndex:
    """Maps the id of each exchange to the byte offset of its line in the journal.

    An id is ``x-`` followed by a number. The exchange that ends later has the higher
    number and the later line, so both arrays are sorted. Two arrays need less memory
    than a dictionary.
    """

    def __init__(self) -> None:
        self._numbers = array("q")
        self._offsets = array("q")

    def add(self, id_: str, offset: int) -> None:
        """Add an exchange; raises ``ValueError`` unless its number is the highest."""
        number = _number(id_)
        if self._numbers and number <= self._numbers[-1]:
            raise ValueError(f"{id_} comes after x-{self._numbers[-1]}")
        self._numbers.append(number)
        self._offsets.append(offset)

    def get(self, id_: str) -> int | None:
        """Return the offset of an exchange, or ``None`` if it is unknown."""
        try:
            number = _number(id_)
        except ValueError:
            return None
        index = bisect_left(self._numbers, number)
        found = index < len(self._numbers) and self._numbers[index] == number
        return self._offsets[index] if found else None

    def __iter__(self) -> Iterator[int]:
        """Yield all offsets in ascending order."""
        return iter(self._offsets)

    def __len__(self) -> int:
        """Return the number of exchanges."""
        return len(self._offsets)


def _number(id_: str) -> int:
    """Return the number in an id; raises ``ValueError`` if it is not an exchange id."""
    if not id_.startswith("x-"):
        raise ValueError(f"{id_} is not the id of an exchange")
    return int(id_[2:])
