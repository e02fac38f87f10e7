"""Reading a response through ``Node``: missing values are findings, not errors."""

import pytest

from conformance.model.node import Node, UnexpectedValue, is_a, quote

RESPONSE = Node({"usage": {"total": 3, "none": None}, "output": [{"id": "a"}, 7]})


def test_fields_and_elements_have_a_json_pointer() -> None:
    """Pointers are written as in RFC 6901."""
    assert RESPONSE["usage"]["total"].pointer == "/usage/total"
    assert [node.pointer for node in RESPONSE["output"]] == ["/output/0", "/output/1"]


def test_names_in_a_json_pointer_are_escaped() -> None:
    """Each way to read a field escapes its name."""
    node = Node({"a/b~c": 1}, "event 3 ")
    with pytest.raises(UnexpectedValue) as caught:
        _ = node["~/"]
    (field,) = (field for _, field in node.fields())
    found = node.get("a/b~c")

    assert node["a/b~c"].pointer == field.pointer == "event 3 /a~1b~0c"
    assert found is not None
    assert found.pointer == "event 3 /a~1b~0c"
    assert caught.value.finding.pointer == "event 3 /~0~1"


@pytest.mark.parametrize(
    ("read", "pointer"),
    [
        (lambda: RESPONSE["usage"]["absent"], "/usage/absent"),
        (lambda: RESPONSE["output"][2], "/output/2"),
        (lambda: RESPONSE["output"]["id"], "/output"),
        (lambda: RESPONSE["output"][1]["id"], "/output/1"),
        (lambda: list(RESPONSE["usage"]), "/usage"),
        (lambda: RESPONSE["usage"]["total"].expect(str), "/usage/total"),
    ],
)
def test_missing_value_or_wrong_type_is_a_finding(read: object, pointer: str) -> None:
    """``UnexpectedValue`` has the location; there is no ``KeyError``."""
    with pytest.raises(UnexpectedValue) as caught:
        read()  # type: ignore[operator]

    assert caught.value.finding.pointer == pointer


def test_missing_value_is_reported_as_missing() -> None:
    """The finding names the missing field."""
    with pytest.raises(UnexpectedValue) as caught:
        _ = RESPONSE["usage"]["absent"]

    assert str(caught.value) == "/usage/absent: expected a value, got missing"


def test_get_returns_none_for_null_and_for_a_missing_field() -> None:
    """A field with ``null`` is still in the object."""
    assert RESPONSE["usage"].get("none") is None
    assert RESPONSE["usage"].get("absent") is None
    assert RESPONSE["output"].get("id") is None
    assert "none" in RESPONSE["usage"]


def test_booleans_are_not_numbers() -> None:
    """In Python, ``True`` is an ``int`` and equals 1."""
    assert not is_a(True, int)  # noqa: FBT003 -- the value under test
    assert not is_a(1.0, int)
    assert is_a(1, float)
    assert not is_a(True, float)  # noqa: FBT003 -- the value under test
    assert list(Node(value=True).must_equal(1)) != []
    assert list(Node(1).must_equal(1)) == []


def test_quoted_values_are_shortened_and_escaped() -> None:
    """A value that is not JSON is quoted as well."""
    assert quote("x" * 158) == f'"{"x" * 158}"'
    assert quote("x" * 159) == f'"{"x" * 159}… (161 characters)'
    assert quote({"a": float("nan")}) == '{"a": NaN}'
    assert quote("\x1b[31m") == r'"\u001b[31m"'
