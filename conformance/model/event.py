"""One server-sent event of a stream, its data read as JSON on demand."""

import json
from dataclasses import dataclass
from functools import cached_property

from conformance.model.node import Finding, Node, UnexpectedValue, quote
from conformance.model.sse import Frame


@dataclass(frozen=True)
class Event:
    """One server-sent event of a stream.

    ``index`` counts from 0 over the events with data, ``[DONE]`` left out.
    ``at`` is its arrival in seconds after the request was sent.
    """

    index: int
    frame: Frame
    at: float
    exchange: str = ""

    @property
    def pointer(self) -> str:
        """Return the place of the event, as findings name it."""
        return f"event {self.index}"

    @cached_property
    def data(self) -> Node:
        """Return the data as JSON; raises ``UnexpectedValue`` when it is not JSON."""
        try:
            value = json.loads(self.frame.data)
        except (ValueError, RecursionError):
            got = quote(self.frame.data)
            finding = Finding(
                self.pointer, "data of one JSON value", got, self.exchange
            )
            raise UnexpectedValue(finding) from None
        return Node(value, f"{self.pointer} ", self.exchange)

    @cached_property
    def type(self) -> str:
        """Return the ``type`` in the data, or nothing when it has none."""
        try:
            value = self.data.value
        except UnexpectedValue:
            return ""
        found = value.get("type") if isinstance(value, dict) else None
        return found if isinstance(found, str) else ""
