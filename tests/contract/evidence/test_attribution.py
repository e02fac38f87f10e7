"""Which findings count as already reported by other requirements."""

import pytest

from conformance.contract.evidence.attribution import (
    is_already_reported,
    is_from_request,
)
from conformance.model.exchange import Exchange
from conformance.model.node import Finding
from conformance.model.request import Request


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


@pytest.mark.parametrize(
    ("pointer", "got", "expected"),
    [
        ("/metadata/a~1b", "7", True),
        ("/response/metadata/a~1b", "7", True),
        ("event 3 /response/metadata/c d~0", "8", True),
        ("/metadata/a~1b", "8", False),
        ("/metadata/a/b", "7", False),
        ("/tools/0/name", '"x"', True),
        ("/tools/1/name", '"x"', False),
    ],
)
def test_a_wrong_value_from_the_request_is_recognized(
    pointer: str, got: str, *, expected: bool
) -> None:
    """Names in a pointer may contain escapes and spaces."""
    fields = {"metadata": {"a/b": 7, "c d~": 8}, "tools": [{"name": "x"}]}
    exchange = Exchange(Request.of(fields))

    assert is_from_request(Finding(pointer, "a string", got), exchange) is expected
