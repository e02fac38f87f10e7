"""One server-sent event of a stream, with its data parsed as JSON on demand."""

import json
from dataclasses import dataclass
from functools import cached_property

from conformance.model.node import Finding, Node, UnexpectedValue, quote
from conformance.model.sse import Frame


@dataclass(frozen=True)
class Event:
    """One server-sent event of a stream.

    ``index`` is the position in the stream, counted from 0. Events without data and
    ``[DONE]`` are not counted. ``at`` is the arrival time in seconds after the request
    was sent. ``exchange`` is the id of the exchange that received the stream.
    """

    index: int
    frame: Frame
    at: float
    exchange: str = ""

    @property
    def pointer(self) -> str:
        """Return the location of the event as findings print it: ``event 3``."""
        return f"event {self.index}"

    @cached_property
    def data(self) -> Node:
        """Return the data as JSON; raises ``UnexpectedValue`` if it is not JSON."""
        try:
            value = json.loads(self.frame.data)
        except (ValueError, RecursionError):
            got = quote(self.frame.data)
            finding = Finding(self.pointer, "one JSON value", got, self.exchange)
            raise UnexpectedValue(finding) from None
        return Node(value, f"{self.pointer} ", self.exchange)

    @cached_property
    def type(self) -> str:
        """Return ``type`` from the data, or an empty string if there is no such string.

        That includes data that is not a JSON object.
        """
        try:
            value = self.data.value
        except UnexpectedValue:
            return ""
        type_ = value.get("type") if isinstance(value, dict) else None
        return type_ if isinstance(type_, str) else ""
