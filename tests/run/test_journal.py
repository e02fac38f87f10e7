"""Writing and reading a journal; an incomplete one is rejected."""

import json
from pathlib import Path

import pytest

from conformance.errors import InvalidJournal
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.run.journal import (
    MAX_PLAIN_BYTES,
    VERSION,
    Journal,
    exchange_record,
    read,
    read_exchange,
)

HEADERS = (("content-type", "application/json"), ("x-a", "1"), ("x-a", "2"))


@pytest.mark.parametrize(
    "content", [b"", "ünï 💥".encode(), b"\x00\xff\xfe", b"a b " * MAX_PLAIN_BYTES]
)
def test_exchange_is_read_as_it_was_written(content: bytes) -> None:
    """For empty, UTF-8, binary and large bodies."""
    written = Exchange(
        Request(content, "PUT", "/v1/x", {"authorization": None}, disconnect_after=3),
        502,
        HEADERS,
        content,
        ((0.25, 3), (0.5, 7)),
        1.5,
        0.75,
        TransportFailure(FailureKind.TRUNCATED, "gone"),
        len(content),
        id="x-0007",
        probe="text",
        turn=1,
        index=2,
    )
    record = json.loads(json.dumps(exchange_record(written)))
    found = read_exchange(record)

    assert vars(found.request) == vars(written.request)
    for name in ("status", "headers", "body", "chunks", "started", "elapsed"):
        assert getattr(found, name) == getattr(written, name)
    for name in ("failure", "wire_bytes", "id", "probe", "turn", "index"):
        assert getattr(found, name) == getattr(written, name)


def test_large_body_is_compressed() -> None:
    """A run sends a prompt of some megabytes; the journal stays small."""
    huge = Exchange(Request(b"q w e r t y " * 400_000))

    assert len(json.dumps(exchange_record(huge))) < 100_000


def test_exchange_is_read_by_its_id(tmp_path: Path) -> None:
    """Even while the journal is still being written."""
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        for number in range(3):
            journal.exchange(Exchange(Request(), body=b"%d" % number, id=f"x-{number}"))
        found = journal.reader("x-1")
        unknown = [journal.reader(id_) for id_ in ("x-9", "x-", "none", "")]

    assert found is not None
    assert found.body == b"1"
    assert unknown == [None] * 4
    assert [each.body for each in journal.reader.exchanges()] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["nonsense"], "line 1: not a journal record"),
        (["{}"], "line 1: not a journal record"),
        ([], "has no header"),
        ([json.dumps({"type": "header", "version": 0})], "has no header"),
        ([json.dumps({"type": "header", "version": VERSION})], "has no footer"),
        (
            [json.dumps({"type": "exchange", "id": "y-1"})],
            "line 1: not a journal record",
        ),
        ([json.dumps({"type": "exchange", "id": "x-1"})] * 2, "line 2: not a journal"),
    ],
)
def test_invalid_journal_is_rejected(
    tmp_path: Path, lines: list[str], message: str
) -> None:
    """The message names the line, or the part that is missing."""
    path = tmp_path / "journal.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    with pytest.raises(InvalidJournal, match=message):
        read(path)
