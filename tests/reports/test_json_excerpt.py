"""Excerpts of JSON: which line a JSON Pointer marks."""

import pytest

from conformance.model.node import Json
from conformance.reports.html.json_excerpt import json_lines

VALUE: Json = {"a/b": {"c~d": 1}, "list": [{"x": 2}], "~1": 3}


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        ("/a~1b/c~0d", '"c~d": 1'),
        ("/~01", '"~1": 3'),
        ("/list/0/x", '"x": 2'),
        ("/a~1b/x~1y", '✗ "x/y"'),
        ("/a/b", '✗ "a/b"'),
        ("/list/1", '✗ "1"'),
    ],
)
def test_pointer_marks_one_line(pointer: str, marked: str) -> None:
    """Escapes are undone, and an unescaped slash separates two names."""
    lines = [line.text.strip() for line in json_lines(VALUE, pointer) if line.marked]

    assert lines == [marked]
