"""What another clause tells already, and what is still to be told."""

import pytest

from conformance.contract.evidence.attribution import is_already_reported
from conformance.model.node import Finding


@pytest.mark.parametrize(
    ("pointer", "told"),
    [
        ("event 0 /response", True),
        ("event 0 /response/tools", True),
        ("event 9 /sequence_number", True),
        ("event 9 /response/tools", False),
        ("event 9 /delta", False),
        ("/sequence_number", False),
    ],
)
def test_what_another_clause_tells_of_one_event(pointer: str, *, told: bool) -> None:
    """It tells the same member of others, and nothing of what lies in theirs."""
    places = ("event 0 /response", "event 1 /sequence_number", "")
    elsewhere = [Finding(place, "a value", "nothing") for place in places]

    assert is_already_reported(pointer, elsewhere) is told
