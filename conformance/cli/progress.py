"""How a run shows that it goes on: a live line on a terminal, plain lines elsewhere."""

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
from conformance.model.verdict import Outcome, Verdict
from conformance.run.session import RunObserver

EVERY_S: Final = 5.0
"""Seconds between two plain lines."""

_LOUD = {Outcome.FAILED: "red", Outcome.ERROR: "magenta"}


class Progress:
    """Counts what a run sends, gets and judges, and shows it while it happens."""

    def __init__(self, console: Console, plan: Plan, *, quiet: bool = False) -> None:
        self._console = console
        self._quiet = quiet
        self._cases = len(plan.cases)
        self._lock = threading.Lock()
        self._flying: Counter[str] = Counter()
        self._sent = self._answers = self._refusals = self._judged = self._tokens = 0
        self._last_line = time.monotonic()
        self._live: Live | None = None

    def watcher(self) -> RunObserver:
        """Return what tells us how the run goes."""
        return RunObserver(self._on_sent, self._on_exchange, self._on_verdict)

    def shown(self) -> AbstractContextManager[object]:
        """Show the live line while the returned context lasts."""
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
            self._flying[probe] += 1

    def _on_exchange(self, exchange: Exchange) -> None:
        with self._lock:
            self._flying[exchange.probe] -= 1
            if not self._flying[exchange.probe]:
                del self._flying[exchange.probe]
            self._answers += exchange.has_response
            self._refusals += exchange.kind is ResponseKind.CLIENT_ERROR
        self._plain_line()

    def _on_verdict(self, verdict: Verdict) -> None:
        with self._lock:
            self._judged += 1
        style = _LOUD.get(verdict.outcome)
        if self._quiet or not style or verdict.level is Level.MAY:
            return
        if not self._console.is_terminal:
            return
        name = f"{verdict.outcome}  {verdict.level}  {verdict.requirement.id}"
        self._console.print(Text(name, style=style), Text(f"on {verdict.probe}"))

    def _counts(self) -> str:
        return (
            f"{self._judged} of {self._cases} judged · {self._sent} sent ·"
            f" {self._answers} answers · {self._refusals} refusals ·"
            f" {sum(self._flying.values())} in flight"
        )

    def _render(self) -> Group:
        with self._lock:
            flying = ", ".join(sorted(self._flying)[:4])
            more = len(self._flying) - 4
            tail = f" and {more} more" if more > 0 else ""
            return Group(Text(self._counts(), style="bold"), Text(flying + tail))

    def _plain_line(self) -> None:
        now = time.monotonic()
        if self._quiet or self._console.is_terminal or now - self._last_line < EVERY_S:
            return
        self._last_line = now
        with self._lock:
            line = self._counts()
        self._console.print(Text(line))
