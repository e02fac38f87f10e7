"""Finished responses, kept for their owners."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.response_message import to_json

Json = Any

MAX_RECORDS: Final = 20_000
MAX_BYTES: Final = 128 * 1024 * 1024


@dataclass(frozen=True)
class Record:
    """One response, as bytes because they are small; ``owner`` is a key's name."""

    owner: str
    written: bytes

    @property
    def response(self) -> Json:
        """The response object as it was answered."""
        return json.loads(self.written)["response"]

    @property
    def context(self) -> tuple[Json, ...]:
        """The whole conversation, the response's own output included."""
        return tuple(json.loads(self.written)["context"])


class Store:
    """The latest responses, the oldest of which make room for new ones."""

    def __init__(self) -> None:
        self.records: OrderedDict[str, Record] = OrderedDict()
        self._bytes = 0

    def put(self, owner: str, response: Json, context: Sequence[Json]) -> None:
        """Keep a response, and the conversation that it continues."""
        whole = [*context, *response["output"]]
        record = Record(owner, to_json({"response": response, "context": whole}))
        self.delete(response["id"])
        self.records[response["id"]] = record
        self._bytes += len(record.written)
        while len(self.records) > MAX_RECORDS or self._bytes > MAX_BYTES:
            self.delete(next(iter(self.records)))

    def get(self, response_id: str, owner: str) -> Record | None:
        """The owner's record; what belongs to somebody else does not exist."""
        record = self.records.get(response_id)
        return record if record is not None and record.owner == owner else None

    def delete(self, response_id: str) -> None:
        """Forget a response, if it is known."""
        record = self.records.pop(response_id, None)
        if record is not None:
            self._bytes -= len(record.written)

    def item(self, item_id: str, owner: str) -> Json | None:
        """An output item of one of the owner's responses; a slow, rare search."""
        outputs = (
            item
            for record in self._owned(owner)
            if item_id.encode() in record.written
            for item in record.response["output"]
        )
        return next((item for item in outputs if item["id"] == item_id), None)

    def _owned(self, owner: str) -> Iterator[Record]:
        return (r for r in reversed(self.records.values()) if r.owner == owner)
