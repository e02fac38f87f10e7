"""A journal gives back what was written, and is not read when it was cut short."""

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
def test_bytes_survive_whatever_they_are(content: bytes) -> None:
    """Text, no text at all, and very much of it."""
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


def test_a_huge_prompt_takes_little_room() -> None:
    """A run sends one of some megabytes; its journal stays small."""
    huge = Exchange(Request(b"q w e r t y " * 400_000))

    assert len(json.dumps(exchange_record(huge))) < 100_000


def test_evidence_is_read_back_by_its_place(tmp_path: Path) -> None:
    """Without reading the rest, and while the journal is still open."""
    path = tmp_path / "journal.ndjson"
    with Journal(path) as journal:
        for number in range(3):
            journal.exchange(Exchange(Request(), body=b"%d" % number, id=f"x-{number}"))
        found = journal.kept("x-1")
        absent = [journal.kept(id_) for id_ in ("x-9", "x-", "none", "")]

    assert found is not None
    assert found.body == b"1"
    assert absent == [None] * 4
    assert [each.body for each in journal.kept.exchanges()] == [b"0", b"1", b"2"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["nonsense"], "line 1: not a line of ours"),
        (["{}"], "line 1: not a line of ours"),
        ([], "has no header"),
        ([json.dumps({"type": "header", "version": 0})], "has no header"),
        ([json.dumps({"type": "header", "version": VERSION})], "has no footer"),
        ([json.dumps({"type": "exchange", "id": "y-1"})], "line 1: not a line of ours"),
        ([json.dumps({"type": "exchange", "id": "x-1"})] * 2, "line 2: not a line of"),
    ],
)
def test_what_is_no_whole_journal_is_refused(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    """With the line and what to do."""
    path = tmp_path / "journal.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    with pytest.raises(InvalidJournal, match=said):
        read(path)
