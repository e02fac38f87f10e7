"""The record of a run: one JSON value a line, written as things happen.

A header, then a line for each exchange and each verdict, then a footer. A journal
without its footer was cut short and is never read as a good one. Nothing secret is
in it, since nothing secret is in an exchange.
"""

import base64
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from conformance.errors import InvalidJournal
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.node import Finding, Json
from conformance.model.request import Request
from conformance.model.verdict import Verdict
from conformance.run.journal_index import JournalIndex

VERSION: Final = 1

MAX_PLAIN_BYTES: Final = 65536
"""Bytes of a body that a journal shows as they are; a longer one is packed."""


def _told(name: str, data: bytes) -> dict[str, str]:
    """Return bytes as text, in base64 where they are none, packed where many."""
    if len(data) > MAX_PLAIN_BYTES:
        packed = base64.b64encode(zlib.compress(data)).decode("ascii")
        return {f"{name}_zlib_base64": packed}
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode("ascii")}


def _bytes(record: Json, name: str) -> bytes:
    if f"{name}_zlib_base64" in record:
        return zlib.decompress(base64.b64decode(record[f"{name}_zlib_base64"]))
    if f"{name}_base64" in record:
        return base64.b64decode(record[f"{name}_base64"])
    return str(record[name]).encode("utf-8")


def exchange_record(exchange: Exchange) -> Json:
    """Return an exchange as a JSON value; ``read_exchange`` turns it back."""
    request = exchange.request
    failure = exchange.failure
    return {
        "type": "exchange",
        "id": exchange.id,
        "probe": exchange.probe,
        "turn": exchange.turn,
        "place": exchange.index,
        "origin": exchange.origin,
        "started": round(exchange.started, 6),
        "elapsed": round(exchange.elapsed, 6),
        "request": {
            "method": request.method,
            "path": request.path,
            "headers": dict(request.headers),
            "keyed": request.has_key_placeholder,
            "hang_up_after": request.disconnect_after,
            **_told("content", request.content),
        },
        "status": exchange.status,
        "headers": exchange.headers,
        **_told("body", exchange.body),
        "chunks": [(round(at, 6), end) for at, end in exchange.chunks],
        "wire_bytes": exchange.wire_bytes,
        "http_version": exchange.http_version,
        "failure": failure and {"trouble": failure.kind.name, "detail": failure.detail},
    }


def read_exchange(record: Json) -> Exchange:
    """Return the exchange that ``exchange_record`` wrote.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else.
    """
    asked, failure = record["request"], record["failure"]
    return Exchange(
        Request(
            _bytes(asked, "content"),
            asked["method"],
            asked["path"],
            asked["headers"],
            asked["keyed"],
            asked["hang_up_after"],
        ),
        record["status"],
        tuple((name, value) for name, value in record["headers"]),
        _bytes(record, "body"),
        tuple((at, end) for at, end in record["chunks"]),
        record["started"],
        record["elapsed"],
        failure
        and TransportFailure(FailureKind[failure["trouble"]], failure["detail"]),
        record["wire_bytes"],
        record["http_version"],
        record["id"],
        record["probe"],
        record["turn"],
        record["place"],
        record["origin"],
    )


def verdict_record(verdict: Verdict) -> Json:
    """Return a verdict as a JSON value."""
    return {
        "type": "verdict",
        "requirement": verdict.requirement.id,
        "level": verdict.level,
        "probe": verdict.probe,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "observations": verdict.observations,
        "broken": verdict.finding_count,
        "findings": [asdict(finding) for finding in verdict.findings],
    }


def read_finding(record: Json) -> Finding:
    """Return the finding that ``verdict_record`` wrote."""
    return Finding(
        record["pointer"], record["expected"], record["got"], record["exchange"]
    )


class Journal:
    """A journal being written; use it as a context manager.

    ``places`` knows where each exchange stands, so that evidence can be read back
    without keeping it in memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.places = JournalIndex()
        self._file: IO[bytes] = path.open("wb")
        self._end = 0

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file; without a footer it stays a journal cut short."""
        self._file.close()

    def write(self, record: Json) -> None:
        """Append one line, and hand it to the system at once."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        written = line.encode("utf-8", "surrogatepass") + b"\n"
        self._file.write(written)
        self._file.flush()
        self._end += len(written)

    def exchange(self, exchange: Exchange) -> None:
        """Append an exchange, and remember where it stands."""
        self.places.add(exchange.id, self._end)
        self.write(exchange_record(exchange))

    @property
    def kept(self) -> "JournalReader":
        """Return the exchanges that have been written so far."""
        return JournalReader(self.path, self.places)


@dataclass(frozen=True)
class JournalReader:
    """The exchanges of a journal, each read back when it is asked for."""

    path: Path
    places: JournalIndex

    def __call__(self, id_: str, /) -> Exchange | None:
        """Return one exchange by its id, or ``None`` when it is not there."""
        place = self.places.get(id_)
        if place is None:
            return None
        with self.path.open("rb") as file:
            file.seek(place)
            return read_exchange(json.loads(file.readline()))

    def exchanges(self) -> Iterator[Exchange]:
        """Yield all exchanges in the order in which they ended."""
        if not self.places:
            return
        with self.path.open("rb") as file:
            for place in self.places:
                file.seek(place)
                yield read_exchange(json.loads(file.readline()))


@dataclass(frozen=True)
class LoadedJournal:
    """A journal that was read: where its exchanges stand, and all other lines."""

    path: Path
    header: Json
    footer: Json
    verdicts: tuple[Json, ...]
    places: JournalIndex

    @property
    def kept(self) -> JournalReader:
        """Return the exchanges of the journal."""
        return JournalReader(self.path, self.places)


def read(path: Path) -> LoadedJournal:
    """Read a journal; raises ``InvalidJournal`` when it is none, or was cut short."""
    hint = "give the journal.ndjson of a report directory"
    lines: dict[str, list[Json]] = {"header": [], "footer": [], "verdict": []}
    places = JournalIndex()
    at = number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                number += 1
                record = json.loads(line)
                if record["type"] == "exchange":
                    places.add(record["id"], at)
                else:
                    lines.setdefault(record["type"], []).append(record)
                at += len(line)
    except OSError as error:
        raise InvalidJournal(f"{path} cannot be read: {error.strerror}", hint) from None
    except (ValueError, TypeError, KeyError):
        raise InvalidJournal(
            f"{path}, line {number}: not a line of ours", hint
        ) from None
    if not lines["header"] or lines["header"][0].get("version") != VERSION:
        raise InvalidJournal(f"{path} has no header of journal version {VERSION}", hint)
    if not lines["footer"]:
        raise InvalidJournal(
            f"{path} has no footer: its run was cut short",
            "run again; an unfinished journal proves nothing",
        )
    return LoadedJournal(
        path, lines["header"][0], lines["footer"][0], tuple(lines["verdict"]), places
    )
