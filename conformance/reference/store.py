"""Stored responses, each readable only with the key that created it."""

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from conformance.reference.response_message import to_json

Json = Any

MAX_RECORDS: Final = 20_000
"""Maximum number of stored responses."""

MAX_BYTES: Final = 128 * 1024 * 1024
"""Maximum total size of all stored responses in bytes."""


@dataclass(frozen=True)
class Record:
    """A stored response and its conversation, as JSON bytes to save memory.

    ``owner`` is the name of the API key that created it: "first" or "second".
    """

    owner: str
    data: bytes

    @property
    def response(self) -> Json:
        """Return the response object as it was sent."""
        return json.loads(self.data)["response"]

    @property
    def context(self) -> tuple[Json, ...]:
        """Return the items of the conversation, including the response's output."""
        return tuple(json.loads(self.data)["context"])


class Store:
    """The latest responses; the oldest are deleted when the store is full."""

    def __init__(self) -> None:
        self.records: OrderedDict[str, Record] = OrderedDict()
        self._bytes = 0

    def put(self, owner: str, response: Json, context: Sequence[Json]) -> None:
        """Store a response; ``context`` are the items that the model read for it."""
        items = [*context, *response["output"]]
        record = Record(owner, to_json({"response": response, "context": items}))
        self.delete(response["id"])
        self.records[response["id"]] = record
        self._bytes += len(record.data)
        while len(self.records) > MAX_RECORDS or self._bytes > MAX_BYTES:
            self.delete(next(iter(self.records)))

    def get(self, response_id: str, owner: str) -> Record | None:
        """Return the record, or None if it is missing or has another owner."""
        record = self.records.get(response_id)
        return record if record is not None and record.owner == owner else None

    def delete(self, response_id: str) -> None:
        """Delete a response if it is stored."""
        record = self.records.pop(response_id, None)
        if record is not None:
            self._bytes -= len(record.data)

    def item(self, item_id: str, owner: str) -> Json | None:
        """Return the output item with this id in any response of the owner, or None."""
        outputs = (
            item
            for record in self._owned(owner)
            if item_id.encode() in record.data
            for item in record.response["output"]
        )
        return next((item for item in outputs if item["id"] == item_id), None)

    def _owned(self, owner: str) -> Iterator[Record]:
        """Return the records of the owner, latest first."""
        return (r for r in reversed(self.records.values()) if r.owner == owner)
