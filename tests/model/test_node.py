"""A walk into an answer never breaks: what is not there is a finding."""

import pytest

from conformance.model.node import MAX_QUOTED_LENGTH, Node, UnexpectedValue, is_a, quote

ANSWER = Node({"usage": {"total": 3, "none": None}, "output": [{"id": "a"}, 7]})


def test_a_step_knows_its_pointer() -> None:
    """Members and elements, as RFC 6901 writes them."""
    assert ANSWER["usage"]["total"].pointer == "/usage/total"
    assert [node.pointer for node in ANSWER["output"]] == ["/output/0", "/output/1"]


@pytest.mark.parametrize(
    ("walk", "pointer"),
    [
        (lambda: ANSWER["usage"]["absent"], "/usage/absent"),
        (lambda: ANSWER["output"][2], "/output/2"),
        (lambda: ANSWER["output"]["id"], "/output"),
        (lambda: ANSWER["output"][1]["id"], "/output/1"),
        (lambda: list(ANSWER["usage"]), "/usage"),
        (lambda: ANSWER["usage"]["total"].expect(str), "/usage/total"),
    ],
)
def test_a_step_into_nothing_is_a_finding(walk: object, pointer: str) -> None:
    """``UnexpectedValue`` carries the place; no ``KeyError`` leaves a node."""
    with pytest.raises(UnexpectedValue) as caught:
        walk()  # type: ignore[operator]

    assert caught.value.finding.pointer == pointer


def test_get_takes_null_and_absence_for_the_same() -> None:
    """Absence is another clause's business."""
    assert ANSWER["usage"].get("none") is None
    assert ANSWER["usage"].get("absent") is None
    assert ANSWER["output"].get("id") is None
    assert "none" in ANSWER["usage"]


def test_true_is_no_integer_and_one_is_no_truth() -> None:
    """Python's own habit would let a wrong type pass."""
    assert not is_a(True, int)  # noqa: FBT003 -- the value under test
    assert not is_a(1.0, int)
    assert is_a(1, float)
    assert not is_a(True, float)  # noqa: FBT003 -- the value under test
    assert list(Node(value=True).must_equal(1)) != []
    assert list(Node(1).must_equal(1)) == []


def test_a_finding_quotes_no_more_than_it_must() -> None:
    """Long values are cut, odd ones are shown."""
    assert len(quote("x" * 10_000)) < MAX_QUOTED_LENGTH + 40
    assert quote({"a": float("nan")}) == '{"a": NaN}'
    assert quote("\x1b[31m") == r'"\u001b[31m"'
