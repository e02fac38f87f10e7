"""Server-sent events, beside a letter-by-letter reading of the standard."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from conformance.model.sse import Frame, frames, names_without_data

WORDS = (
    b"\r",
    b"\n",
    b"\r\n",
    b"data",
    b"event",
    b"id",
    b"retry",
    b"dat",
    b":",
    b" ",
    b"x",
    b"{}",
    b"[DONE]",
    "ü".encode(),
    "🦉".encode(),
    b"\xef\xbb\xbf",
)
"""What bodies are made of: everything that the rules tell apart."""

bodies = st.lists(st.sampled_from(WORDS), max_size=40).map(b"".join)
torn_bodies = st.tuples(bodies, st.binary(max_size=3), bodies).map(b"".join)


def dispatched(body: bytes) -> Iterator[tuple[str, str]]:
    """Follow section 9.2.6 of the standard, one character after another."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    *lines, _ = text.split("\n")  # what no line end closes is dropped
    data, name = "", ""
    for line in lines:
        if not line:
            if data:
                yield name, data.removesuffix("\n")
            data, name = "", ""
        elif not line.startswith(":"):
            field, colon, value = line.partition(":")
            value = value.removeprefix(" ") if colon else ""
            if field == "data":
                data += value + "\n"
            elif field == "event":
                name = value


def finished(body: bytes) -> list[tuple[str, str]]:
    """Return name and data of every frame that a browser would dispatch."""
    return [(frame.name, frame.data) for frame in frames(body) if frame.finished]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"data: a\n\n", [("", "a")]),
        (b"data:a\n\n", [("", "a")]),
        (b"data:  a\n\n", [("", " a")]),
        (b"data: a\ndata: b\n\n", [("", "a\nb")]),
        (b"data: a\r\n\r\ndata: b\r\rdata: c\n\n", [("", "a"), ("", "b"), ("", "c")]),
        (b"data: a\r\r\ndata: b\r\n\n", [("", "a"), ("", "b")]),
        (b"event: e\ndata: a\n\ndata: b\n\n", [("e", "a"), ("", "b")]),
        (b"event: e\nevent: f\ndata: a\n\n", [("f", "a")]),
        (b"event: e\n\ndata: b\n\n", [("", "b")]),
        (b": comment\ndata: a\n:another\n\n", [("", "a")]),
        (b"id: 1\nretry: 2\nother: 3\ndata: a\n\n", [("", "a")]),
        (b"\xef\xbb\xbfdata: a\n\n", [("", "a")]),
        (b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", "a")]),
        (b"data\n\ndata\ndata\n\ndata:", [("", ""), ("", "\n")]),
        (b"data:\n\n", [("", "")]),
        (b"Data: a\n\n data: b\n\n", []),
        (b"data: \xc3\xbc \xff\n\n", [("", "ü \ufffd")]),
        (b"data: a:b: c\n\n", [("", "a:b: c")]),
        (b"", []),
    ],
)
def test_frames(body: bytes, expected: list[tuple[str, str]]) -> None:
    """Line ends, fields, comments and marks are read as the standard has it."""
    assert finished(body) == expected


@given(torn_bodies)
def test_frames_are_those_of_the_standard(body: bytes) -> None:
    """On any bytes at all, torn characters included."""
    assert finished(body) == list(dispatched(body))


@given(bodies)
def test_frames_are_those_of_the_official_client(body: bytes) -> None:
    """But for two things in which it differs: it knows no mark, and no absent data."""
    if b"\xef\xbb\xbf" in body:
        return
    theirs = SSEDecoder().iter_bytes(iter([body]))
    told = [(sse.event or "", sse.data) for sse in theirs if sse.data]

    assert [frame for frame in finished(body) if frame[1]] == told


@given(bodies)
def test_a_growing_body_takes_no_frame_back(body: bytes) -> None:
    """Byte by byte, also between CR and LF: what was told once stays told."""
    whole = finished(body)
    told = 0
    for length in range(len(body) + 1):
        so_far = finished(body[:length])
        assert so_far == whole[: len(so_far)]
        assert len(so_far) >= told
        told = len(so_far)
    assert told == len(whole)


@given(bodies)
def test_a_frame_ends_where_it_was_closed(body: bytes) -> None:
    """The offset is that of the first byte of a line end that closes the frame."""
    for count, frame in enumerate(finished_frames(body), 1):
        assert len(finished_frames(body[: frame.end])) == count
        assert body[frame.end - 1 : frame.end] in {b"\r", b"\n"}


def finished_frames(body: bytes) -> list[Frame]:
    """Return the frames that a blank line has closed."""
    return [frame for frame in frames(body) if frame.finished]


def test_a_last_frame_without_its_blank_line_is_kept_apart() -> None:
    """A browser drops it; a clause has to see it."""
    *_, last = frames(b"data: a\n\nevent: e\ndata: b\n")
    assert last == Frame("e", "b", 26, finished=False)
    assert [frame.data for frame in frames(b"data: b")] == ["b"]


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"event: a\n\n", ["a"]),
        (b"event:a\r\n\r\ndata: b\r\n\r\n", ["a"]),
        (b"event: a\nid: 1\n: comment\n\n", ["a"]),
        (b"\xef\xbb\xbfevent: a\r\r", ["a"]),
        (b"event: a\ndatabase: b\n\n", ["a"]),
        (b"data: b\nevent: a\n\n", []),
        (b"event: a\ndata\n\n", []),
        (b"event: data\n\n", ["data"]),
        (b"event:\n\n: comment\n\nretry: 1\n\n\n\n", []),
        (b"event: a", []),
        (b"data: b\n\nevent: a\n", []),
    ],
)
def test_names_without_data(body: bytes, names: list[str]) -> None:
    """Only an event line that a blank line follows before any data is told."""
    assert list(names_without_data(body)) == names
