"""Which findings count as already reported by other requirements."""

import pytest

from conformance.contract.evidence.attribution import is_already_reported
from conformance.model.node import Finding


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [
        ("event 0 /response", True),
        ("event 0 /response/tools", True),
        ("event 9 /sequence_number", True),
        ("event 9 /response/tools", False),
        ("event 9 /delta", False),
        ("/sequence_number", False),
    ],
)
def test_a_finding_covers_its_field_in_all_events_and_children_in_its_own(
    pointer: str, *, expected: bool
) -> None:
    """An empty pointer covers nothing."""
    pointers = ("event 0 /response", "event 1 /sequence_number", "")
    findings = [Finding(each, "a value", "missing") for each in pointers]

    assert is_already_reported(pointer, findings) is expected
