"""The parser of server-sent events, compared with the standard and the SDK."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai._streaming import SSEDecoder

from conformance.model.sse import Frame, frames, names_without_data

PARTS = (
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
"""The parts of generated bodies: everything that the rules distinguish."""

bodies = st.lists(st.sampled_from(PARTS), max_size=40).map(b"".join)
broken_bodies = st.tuples(bodies, st.binary(max_size=3), bodies).map(b"".join)


def dispatched(body: bytes) -> Iterator[tuple[str, str]]:
    """Yield name and data of each event, literally as in section 9.2.6."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    *lines, _ = text.split("\n")  # an unfinished last line is dropped
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
    return [(frame.name, frame.data) for frame in frames(body) if frame.terminated]


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
    """Line endings, fields, comments and byte order marks follow the standard."""
    assert finished(body) == expected


@given(broken_bodies)
def test_frames_match_the_standard(body: bytes) -> None:
    """On any bytes, including invalid UTF-8."""
    assert finished(body) == list(dispatched(body))


@given(bodies)
def test_frames_match_the_official_client(body: bytes) -> None:
    """It differs in two points: byte order marks, and events with empty data."""
    if b"\xef\xbb\xbf" in body:
        return
    decoded = SSEDecoder().iter_bytes(iter([body]))
    expected = [(sse.event or "", sse.data) for sse in decoded if sse.data]

    assert [frame for frame in finished(body) if frame[1]] == expected


@given(bodies)
def test_more_bytes_never_change_finished_frames(body: bytes) -> None:
    """A body may be parsed after every byte, even between CR and LF."""
    expected = finished(body)
    count = 0
    for length in range(len(body) + 1):
        frames_so_far = finished(body[:length])
        assert frames_so_far == expected[: len(frames_so_far)]
        assert len(frames_so_far) >= count
        count = len(frames_so_far)
    assert count == len(expected)


@given(bodies)
def test_frame_ends_at_its_blank_line(body: bytes) -> None:
    """``end`` is the offset after the line ending that dispatches the event."""
    for count, frame in enumerate(finished_frames(body), 1):
        assert len(finished_frames(body[: frame.end])) == count
        assert body[frame.end - 1 : frame.end] in {b"\r", b"\n"}


def finished_frames(body: bytes) -> list[Frame]:
    """Return the frames that end with a blank line."""
    return [frame for frame in frames(body) if frame.terminated]


def test_last_frame_without_blank_line_is_not_finished() -> None:
    """A browser drops it, but a check must be able to report it."""
    *_, last = frames(b"data: a\n\nevent: e\ndata: b\n")
    assert last == Frame("e", "b", 26, terminated=False)
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
    """An ``event`` line counts if a blank line follows before any ``data`` line."""
    assert list(names_without_data(body)) == names
