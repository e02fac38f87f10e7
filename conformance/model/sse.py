"""Parse server-sent events as in the WHATWG HTML standard, section 9.2.6.

Lines end in LF, CRLF or CR. A leading byte order mark is dropped, comments and unknown
fields are ignored, several ``data`` lines are joined by LF. A blank line dispatches the
event if it has a ``data`` line. Browsers and the official SDKs do *not* dispatch an
event without its blank line; here it is returned with ``terminated=False``, so that a
check can report it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Frame:
    """One event as it was sent.

    ``name`` is the value of the ``event`` field, empty if missing. ``data`` is the
    joined ``data`` lines. ``end`` is the offset in bytes at which the frame ends in the
    body, including its blank line.
    ``terminated`` is false for a last frame without its blank line.
    """

    name: str
    data: str
    end: int
    terminated: bool = True


def _lines(body: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each line without its line ending, and the offset after that ending."""
    start = 0
    for match in _LINE_END.finditer(body):
        yield body[start : match.start()], match.end()
        start = match.end()
    if start < len(body):
        yield body[start:], len(body)


def frames(body: bytes) -> Iterator[Frame]:
    """Yield every event of a body that has data, in order.

    Bytes that are not valid UTF-8 become U+FFFD, as the standard requires.
    """
    name, data, end = "", list[str](), 0
    start = len(_BOM) if body.startswith(_BOM) else 0
    for line, stop in _lines(body[start:]):
        end = start + stop
        if not line:
            if data:
                yield Frame(name, "\n".join(data), end)
            name, data = "", []
            continue
        field, _, value = line.partition(b":")
        text = value.removeprefix(b" ").decode("utf-8", "replace")
        if field == b"data":
            data.append(text)
        elif field == b"event":
            name = text
    if data:
        yield Frame(name, "\n".join(data), end, terminated=False)


def normalized(events: Iterable[Frame]) -> bytes:
    """Return events in their simplest form: name and data only, lines ended by LF."""
    lines = list[str]()
    for frame in events:
        lines += [f"event: {frame.name}"] if frame.name else []
        lines += [f"data: {line}" for line in frame.data.split("\n")]
        lines += [""] if frame.terminated else []
    return "\n".join([*lines, ""]).encode()


def names_without_data(body: bytes) -> Iterator[str]:
    """Yield the name of every event that ends without a ``data`` line.

    The standard drops such events, so ``frames`` does not yield them.
    """
    plain = body.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for block in plain.split(b"\n\n")[:-1]:
        if block.startswith(b"data:") or b"\ndata:" in block:
            continue
        pairs = (line.partition(b":") for line in block.split(b"\n"))
        fields = {field: value for field, _, value in pairs}
        name = fields.get(b"event", b"").removeprefix(b" ")
        if name and b"data" not in fields:
            yield name.decode("utf-8", "replace")
