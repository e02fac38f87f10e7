"""Show the progress of a run: a live display on a terminal, plain lines otherwise."""

import threading
import time
from collections import Counter
from contextlib import AbstractContextManager, nullcontext
from typing import Final

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from conformance.judge.plan import Plan
from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.requirement import Level
from conformance.model.verdict import ALL_EXCHANGES, Outcome, Verdict
from conformance.reports.wording import count, outcome_label
from conformance.run.session import RunObserver

INTERVAL_S: Final = 5.0
"""Minimum time in seconds between two plain lines."""

MAX_PROBES: Final = 4
"""Maximum number of probes in flight that the live display names."""

_STYLES = {Outcome.FAILED: "red", Outcome.ERROR: "magenta"}
"""Text style of each outcome that a terminal shows as soon as it is known."""


def _where(verdict: Verdict) -> Text:
    """Return the probe of a verdict.

    A check of all exchanges has no probe. For it, return the exchange of the first
    finding.
    """
    first_exchange = next((f.exchange for f in verdict.findings if f.exchange), "")
    is_universal = verdict.probe == ALL_EXCHANGES
    return Text(
        f"first in {first_exchange}"
        if is_universal and first_exchange
        else f"on {verdict.probe}"
    )


class Progress:
    """Counts requests, responses and verdicts, and shows the counts during a run."""

    def __init__(self, console: Console, plan: Plan, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._case_count = len(plan.cases)
        self._lock = threading.Lock()
        self._in_flight: Counter[str] = Counter()
        self._sent = self._responses = self._rejections = self._evaluated = 0
        self._last_line_time = time.monotonic()
        self._live: Live | None = None

    def observer(self) -> RunObserver:
        """Return the callbacks that a run reports its progress to."""
        return RunObserver(self._on_sent, self._on_exchange, self._on_verdict)

    def live_display(self) -> AbstractContextManager[object]:
        """Return a context that shows the live display while it is open."""
        if self._quiet or not self._console.is_terminal:
            return nullcontext()
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=8,
            transient=True,
        )
        return self._live

    def _on_sent(self, probe: str) -> None:
        with self._lock:
            self._sent += 1
            self._in_flight[probe] += 1

    def _on_exchange(self, exchange: Exchange) -> None:
        with self._lock:
            self._in_flight[exchange.probe] -= 1
            if not self._in_flight[exchange.probe]:
                del self._in_flight[exchange.probe]
            self._responses += exchange.has_response
            self._rejections += exchange.kind is ResponseKind.CLIENT_ERROR
        self._print_plain_line()

    def _on_verdict(self, verdict: Verdict) -> None:
        with self._lock:
            self._evaluated += 1
        style = _STYLES.get(verdict.outcome)
        if self._quiet or not style or verdict.level is Level.MAY:
            return
        if not self._console.is_terminal:
            return
        outcome = outcome_label(verdict.outcome)
        name = f"{outcome}  {verdict.level}  {verdict.requirement.id}"
        self._console.print(Text(name, style=style), _where(verdict))

    def _counts(self) -> str:
        return (
            f"{self._evaluated} of {count(self._case_count, 'case')} evaluated ·"
            f" {count(self._sent, 'request')} sent ·"
            f" {count(self._responses, 'model response')} ·"
            f" {count(self._rejections, 'rejection')} ·"
            f" {sum(self._in_flight.values())} in flight"
        )

    def _render(self) -> Group:
        with self._lock:
            probes = ", ".join(sorted(self._in_flight)[:MAX_PROBES])
            more = len(self._in_flight) - MAX_PROBES
            tail = f" and {more} more" if more > 0 else ""
            return Group(Text(self._counts(), style="bold"), Text(probes + tail))

    def _print_plain_line(self) -> None:
        now = time.monotonic()
        if self._quiet or self._console.is_terminal:
            return
        if now - self._last_line_time < INTERVAL_S:
            return
        self._last_line_time = now
        with self._lock:
            line = self._counts()
        self._console.print(Text(line))
