"""The journal of a run: one JSON object per line, written during the run.

The first line is the header, and the last one the footer. Between them is one record
for each exchange and each verdict. A journal without a footer is from a run that did
not finish, and ``read`` rejects it. A journal contains no secret, because API keys are
redacted in exchanges.
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
"""Version of the file format, which the header contains."""

MAX_PLAIN_BYTES: Final = 65536
"""Maximum size of a body that is stored as text; a larger body is compressed."""


def _bytes_fields(name: str, data: bytes) -> dict[str, str]:
    """Return bytes as a JSON field: text, or base64 if they are long or not UTF-8.

    The name of the field shows the encoding. Long bytes are compressed before base64.
    """
    if len(data) > MAX_PLAIN_BYTES:
        packed = base64.b64encode(zlib.compress(data)).decode("ascii")
        return {f"{name}_zlib_base64": packed}
    try:
        return {name: data.decode("utf-8")}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(data).decode("ascii")}


def _read_bytes(record: Json, name: str) -> bytes:
    """Return the bytes that ``_bytes_fields`` wrote into ``record``."""
    if f"{name}_zlib_base64" in record:
        return zlib.decompress(base64.b64decode(record[f"{name}_zlib_base64"]))
    if f"{name}_base64" in record:
        return base64.b64decode(record[f"{name}_base64"])
    return str(record[name]).encode("utf-8")


def exchange_record(exchange: Exchange) -> Json:
    """Return an exchange as a JSON object; ``read_exchange`` is the inverse."""
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
            **_bytes_fields("content", request.content),
        },
        "status": exchange.status,
        "headers": exchange.headers,
        **_bytes_fields("body", exchange.body),
        "chunks": [(round(at, 6), end) for at, end in exchange.chunks],
        "wire_bytes": exchange.wire_bytes,
        "http_version": exchange.http_version,
        "failure": failure and {"trouble": failure.kind.name, "detail": failure.detail},
    }


def read_exchange(record: Json) -> Exchange:
    """Return the exchange that ``exchange_record`` wrote.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for any other record.
    """
    request, failure = record["request"], record["failure"]
    return Exchange(
        Request(
            _read_bytes(request, "content"),
            request["method"],
            request["path"],
            request["headers"],
            request["keyed"],
            request["hang_up_after"],
        ),
        record["status"],
        tuple((name, value) for name, value in record["headers"]),
        _read_bytes(record, "body"),
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
    """Return a verdict as a JSON object."""
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
    """Return a finding from its JSON object in a verdict record."""
    return Finding(
        record["pointer"], record["expected"], record["got"], record["exchange"]
    )


class Journal:
    """Write a journal; use it as a context manager.

    ``index`` stores the offset of each exchange, so that exchanges can be read back
    instead of being kept in memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.index = JournalIndex()
        self._file: IO[bytes] = path.open("wb")
        self._size = 0

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file. Unless a footer was written, ``read`` rejects it."""
        self._file.close()

    def write(self, record: Json) -> None:
        """Append one record and flush it to the operating system."""
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
        data = line.encode("utf-8", "surrogatepass") + b"\n"
        self._file.write(data)
        self._file.flush()
        self._size += len(data)

    def exchange(self, exchange: Exchange) -> None:
        """Append an exchange and store its offset."""
        self.index.add(exchange.id, self._size)
        self.write(exchange_record(exchange))

    @property
    def reader(self) -> "JournalReader":
        """Return a reader for the exchanges written so far."""
        return JournalReader(self.path, self.index)


@dataclass(frozen=True)
class JournalReader:
    """Read exchanges from a journal on demand."""

    path: Path
    index: JournalIndex

    def __call__(self, id_: str, /) -> Exchange | None:
        """Return one exchange by its id, or ``None`` if it is not in the journal."""
        offset = self.index.get(id_)
        if offset is None:
            return None
        with self.path.open("rb") as file:
            file.seek(offset)
            return read_exchange(json.loads(file.readline()))

    def exchanges(self) -> Iterator[Exchange]:
        """Yield all exchanges in the order in which they ended."""
        if not self.index:
            return
        with self.path.open("rb") as file:
            for offset in self.index:
                file.seek(offset)
                yield read_exchange(json.loads(file.readline()))


@dataclass(frozen=True)
class LoadedJournal:
    """A finished journal: the offsets of its exchanges, and all other records."""

    path: Path
    header: Json
    footer: Json
    verdicts: tuple[Json, ...]
    index: JournalIndex

    @property
    def reader(self) -> JournalReader:
        """Return a reader for the exchanges."""
        return JournalReader(self.path, self.index)


def read(path: Path) -> LoadedJournal:
    """Read a journal; raises ``InvalidJournal`` if it is invalid or has no footer."""
    hint = "pass the journal.ndjson of a report directory"
    records: dict[str, list[Json]] = {"header": [], "footer": [], "verdict": []}
    index = JournalIndex()
    offset = line_number = 0
    try:
        with path.open("rb") as file:
            for line in file:
                line_number += 1
                record = json.loads(line)
                if record["type"] == "exchange":
                    index.add(record["id"], offset)
                else:
                    records.setdefault(record["type"], []).append(record)
                offset += len(line)
    except OSError as error:
        raise InvalidJournal(f"{path} cannot be read: {error.strerror}", hint) from None
    except (ValueError, TypeError, KeyError):
        raise InvalidJournal(
            f"{path}, line {line_number}: not a journal record", hint
        ) from None
    if not records["header"] or records["header"][0].get("version") != VERSION:
        raise InvalidJournal(f"{path} has no header of journal version {VERSION}", hint)
    if not records["footer"]:
        raise InvalidJournal(
            f"{path} has no footer: its run did not finish",
            "run again; the journal of an unfinished run is not accepted",
        )
    return LoadedJournal(
        path,
        records["header"][0],
        records["footer"][0],
        tuple(records["verdict"]),
        index,
    )
