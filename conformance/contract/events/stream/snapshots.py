"""The events that hold the whole response: how a stream begins, and how it ends."""

from typing import Final

from conformance.contract.events.stream.rules import (
    NOTHING,
    Rule,
    StreamFindings,
    Unquoted,
)
from conformance.contract.events.stream.text_events import ERROR, word
from conformance.model.event import Event
from conformance.model.exchange import TERMINAL
from conformance.model.node import Json

WHOLE_START: Final = ("id", "object", "created_at", "status", "model", "output")
"""Members that the page's own example of a response has."""

UNFINISHED: Final = frozenset(("queued", "in_progress"))
_PAIR: Final = frozenset((ERROR, "response.failed"))

Data = dict[str, Json]


class Snapshots:
    """What the snapshots of a stream have said so far.

    ``endings`` are the types of the events that ended it; ``last`` is the event
    with the terminal snapshot, and that snapshot.
    """

    def __init__(self, ledger: StreamFindings) -> None:
        self.endings: list[str] = []
        self.last: tuple[Event, Data] | None = None
        self._first: Data | None = None
        self._created = 0
        self._judge = ledger.judge

    def may_follow(self, event: Event, type_: str) -> bool:
        """Judge what comes behind an ending: an error and a failure may pair up."""
        if not self.endings:
            return True
        pair = {*self.endings, type_} == _PAIR and len(self.endings) == 1
        wanted = f"nothing after {self.endings[0]}"
        return self._judge(Rule.NOTHING_AFTER, pair, event, "", wanted, type_)

    def end(self, event: Event, data: Data) -> None:
        """Note that an event ends the stream."""
        type_ = event.type
        self._judge(Rule.NOTHING_AFTER, True, event, "", "")  # noqa: FBT003 -- what may follow, has
        self.endings.append(type_)
        if type_ in TERMINAL:
            self.show(event, data)

    def show(self, event: Event, data: Data) -> None:
        """Judge one snapshot, beside the first one."""
        type_ = event.type
        if type_ == "response.created":
            self._created += 1
            once = self._created == 1
            self._judge(Rule.CREATED_ONCE, once, event, "", "no second one", type_)
        response = data.get("response")
        holds = isinstance(response, dict)
        got = data.get("response", NOTHING)
        self._judge(Rule.NESTED, holds, event, "/response", "an object", got)
        if not isinstance(response, dict):
            return
        self._same(event, response)
        if type_ in TERMINAL:
            self._ended(event, type_, response)
        else:
            self._started(event, type_, response)

    def _same(self, event: Event, response: Data) -> None:
        """Judge id and model beside those of the first snapshot."""
        if self._first is None:
            self._first = response
            return
        was, now = self._first.get("id"), response.get("id")
        at = "/response/id"
        self._judge(Rule.ONE_ID, was == now, event, at, f"{was!r}", now)
        model, named = word(self._first, "model"), word(response, "model")
        if model and named:
            at = "/response/model"
            self._judge(Rule.ONE_MODEL, model == named, event, at, f"{model!r}", named)

    def _started(self, event: Event, type_: str, response: Data) -> None:
        status = word(response, "status")
        if status:
            at, holds = "/response/status", status in UNFINISHED
            self._judge(Rule.STARTED, holds, event, at, "'in_progress'", status)
        if type_ == "response.created":
            missing = [name for name in WHOLE_START if name not in response]
            got = Unquoted(f"no {', '.join(missing)}")
            wanted = "the members of a response"
            self._judge(Rule.WHOLE_START, not missing, event, "/response", wanted, got)

    def _ended(self, event: Event, type_: str, response: Data) -> None:
        self.last = (event, response)
        status = word(response, "status")
        if status:
            told = type_.removeprefix("response.")
            at, holds = "/response/status", status == told
            self._judge(Rule.AGREES, holds, event, at, f"{told!r}", status)
