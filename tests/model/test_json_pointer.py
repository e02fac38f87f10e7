"""JSON Pointers as in RFC 6901: escapes are written and read back."""

import pytest

from conformance.model.json_pointer import child, split


@pytest.mark.parametrize(
    ("name", "pointer"),
    [
        ("usage", "/usage"),
        (0, "/0"),
        ("", "/"),
        ("a/b", "/a~1b"),
        ("m~n", "/m~0n"),
        ("~1", "/~01"),
        ("c%d", "/c%d"),
    ],
)
def test_tilde_and_slash_are_escaped(name: str | int, pointer: str) -> None:
    """The names are examples from section 5 of the RFC."""
    assert child("", name) == pointer
    assert split(pointer) == [str(name)]


def test_pointer_is_split_into_its_names() -> None:
    """An escaped slash does not separate two names."""
    assert split(child(child("/metadata", "a/b"), 3)) == ["metadata", "a/b", "3"]


@pytest.mark.parametrize("location", ["", "status", "header date"])
def test_other_locations_have_no_names(location: str) -> None:
    """They are not JSON Pointers."""
    assert split(location) == []
