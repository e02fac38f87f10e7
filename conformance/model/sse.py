"""Server-sent events, read by the rules of the WHATWG HTML standard, section 9.2.6.

Lines end in LF, CRLF or CR. A leading byte order mark is dropped, comments and
unknown fields are passed over, several ``data`` lines are joined by LF, and a
blank line dispatches the event, if it had a ``data`` line at all. An event that
no blank line closed is *not* dispatched by a browser, nor by the official SDKs;
it is kept apart as not ``finished``, so that a clause can say so.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Frame:
    """One dispatched event.

    ``name`` is the ``event`` field, empty when absent; ``data`` the joined data;
    ``end`` the offset in bytes of the end of the frame in the body, which tells
    its arrival. ``finished`` is false for a last frame without its blank line.
    """

    name: str
    data: str
    end: int
    finished: bool = True


def _lines(body: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield each line without its ending, and the offset behind the ending."""
    at = 0
    for match in _LINE_END.finditer(body):
        yield body[at : match.start()], match.end()
        at = match.end()
    if at < len(body):
        yield body[at:], len(body)


def frames(body: bytes) -> Iterator[Frame]:
    """Yield every event of a whole body that has data, in order.

    Bytes that are not UTF-8 become U+FFFD, as the standard says.
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
        yield Frame(name, "\n".join(data), end, finished=False)


def plainly(told: Iterable[Frame]) -> bytes:
    """Write events anew with name and data alone, which every client can read."""
    written = list[str]()
    for frame in told:
        written += [f"event: {frame.name}"] if frame.name else []
        written += [f"data: {line}" for line in frame.data.split("\n")]
        written += [""] if frame.finished else []
    return "\n".join([*written, ""]).encode()


def names_without_data(body: bytes) -> Iterator[str]:
    """Yield the name of every event that a blank line closed before it had data.

    The standard drops such an event, so it is none of ``frames``.
    """
    plain = body.removeprefix(_BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for block in plain.split(b"\n\n")[:-1]:
        if block.startswith(b"data:") or b"\ndata:" in block:
            continue
        cut = (line.partition(b":") for line in block.split(b"\n"))
        fields = {field: value for field, _, value in cut}
        name = fields.get(b"event", b"").removeprefix(b" ")
        if name and b"data" not in fields:
            yield name.decode("utf-8", "replace")
