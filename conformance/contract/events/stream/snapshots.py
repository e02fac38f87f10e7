"""Check the snapshots of a stream: the ``response`` objects inside its events.

Early snapshots are in ``response.created``, ``response.queued`` and
``response.in_progress``; the final snapshot is in the terminal event.
"""

from typing import Final

from conformance.contract.events.stream.rules import (
    MISSING,
    Rule,
    StreamFindings,
    Unquoted,
)
from conformance.contract.events.stream.text_events import ERROR, non_empty_string
from conformance.model.event import Event
from conformance.model.exchange import TERMINAL
from conformance.model.node import Json, quote

RESPONSE_FIELDS: Final = ("id", "object", "created_at", "status", "model", "output")
"""The fields of the example response in New API's document."""

UNFINISHED: Final = frozenset(("queued", "in_progress"))
"""Values of ``status`` that are not final."""

_ERROR_AND_FAILURE: Final = frozenset((ERROR, "response.failed"))

Data = dict[str, Json]
"""The data of an event, or a snapshot in it."""


class Snapshots:
    """What the snapshots of a stream have shown so far.

    ``terminal_types`` are the types of the terminal events and ``error`` events read so
    far, in order. ``final`` is the terminal event and the final snapshot in it.
    """

    def __init__(self, findings: StreamFindings) -> None:
        self.terminal_types: list[str] = []
        self.final: tuple[Event, Data] | None = None
        self._first: Data | None = None
        self._created_count = 0
        self._check = findings.check

    def may_follow(self, event: Event, type_: str) -> bool:
        """Return whether an event may follow the events read so far.

        Before a terminal event, every event may follow. After it, records a finding,
        except for an ``error`` after ``response.failed`` or the reverse.
        """
        if not self.terminal_types:
            return True
        first = self.terminal_types[0]
        is_pair = {*self.terminal_types, type_} == _ERROR_AND_FAILURE
        ok = is_pair and len(self.terminal_types) == 1
        expected = f"no event after {first}"
        return self._check(Rule.TERMINAL_LAST, ok, event, "", expected, type_)

    def read_terminal(self, event: Event, data: Data) -> None:
        """Read a terminal event and its snapshot, or an ``error``, which has none."""
        type_ = event.type
        self._check(Rule.TERMINAL_LAST, True, event, "", "")  # noqa: FBT003 -- may_follow reports violations
        self.terminal_types.append(type_)
        if type_ in TERMINAL:
            self.read(event, data)

    def read(self, event: Event, data: Data) -> None:
        """Check the snapshot of an event, and compare it with the first snapshot."""
        type_ = event.type
        if type_ == "response.created":
            self._created_count += 1
            is_first = self._created_count == 1
            expected, got = "only one response.created", Unquoted("a second one")
            self._check(Rule.CREATED_ONCE, is_first, event, "", expected, got)
        snapshot = data.get("response")
        is_object = isinstance(snapshot, dict)
        value = data.get("response", MISSING)
        rule = Rule.SNAPSHOT_NESTED
        self._check(rule, is_object, event, "/response", "an object", value)
        if not isinstance(snapshot, dict):
            return
        self._compare_with_first(event, snapshot)
        if type_ in TERMINAL:
            self._check_final(event, type_, snapshot)
        else:
            self._check_early(event, type_, snapshot)

    def _compare_with_first(self, event: Event, snapshot: Data) -> None:
        """Check that the snapshot has the ``id`` and ``model`` of the first one."""
        if self._first is None:
            self._first = snapshot
            return
        first_id, id_ = self._first.get("id"), snapshot.get("id")
        same = first_id == id_
        expected, got = quote(first_id), snapshot.get("id", MISSING)
        self._check(Rule.SAME_ID, same, event, "/response/id", expected, got)
        first_model = non_empty_string(self._first, "model")
        model = non_empty_string(snapshot, "model")
        if first_model and model:
            same, pointer = first_model == model, "/response/model"
            expected = quote(first_model)
            self._check(Rule.SAME_MODEL, same, event, pointer, expected, model)

    def _check_early(self, event: Event, type_: str, snapshot: Data) -> None:
        """Check the status of an early snapshot.

        In ``response.created``, also check that the snapshot has all fields.
        """
        status = non_empty_string(snapshot, "status")
        if status:
            pointer, ok = "/response/status", status in UNFINISHED
            expected = '"queued" or "in_progress"'
            self._check(Rule.EARLY_STATUS, ok, event, pointer, expected, status)
        if type_ == "response.created":
            missing = [name for name in RESPONSE_FIELDS if name not in snapshot]
            expected = f"the fields {', '.join(RESPONSE_FIELDS)}"
            got = Unquoted(f"{', '.join(missing)} missing")
            rule = Rule.CREATED_COMPLETE
            self._check(rule, not missing, event, "/response", expected, got)

    def _check_final(self, event: Event, type_: str, snapshot: Data) -> None:
        """Store the final snapshot; compare its status with the type of its event."""
        self.final = (event, snapshot)
        status = non_empty_string(snapshot, "status")
        if status:
            expected = type_.removeprefix("response.")
            pointer, ok = "/response/status", status == expected
            rule = Rule.TERMINAL_STATUS
            self._check(rule, ok, event, pointer, f'"{expected}"', status)
