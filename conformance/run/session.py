"""Execute a run in a background thread, from the first request to the report."""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import conformance
from conformance.errors import ConformanceError
from conformance.judge.evaluator import Evaluator
from conformance.judge.plan import Plan
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.report import Report, RunInfo, TargetInfo
from conformance.model.settings import Settings
from conformance.model.verdict import Verdict
from conformance.run.journal import VERSION, Journal, verdict_record
from conformance.run.runner import Runner


@dataclass
class RunObserver:
    """Callbacks for the progress of a run, called in the background thread of the run.

    ``on_sent`` receives the name of the probe whose request is sent.
    """

    on_sent: Callable[[str], None] = field(default=lambda _probe: None)
    on_exchange: Callable[[Exchange], None] = field(default=lambda _exchange: None)
    on_verdict: Callable[[Verdict], None] = field(default=lambda _verdict: None)


def run_name(settings: Settings, at: datetime) -> str:
    """Return the name of a run: its start ``at`` in UTC, the host and the profile.

    It is also the name of a directory, so the host has no colons or brackets.
    """
    host = (
        urlsplit(settings.url)
        .netloc.replace(":", "-")
        .replace("[", "")
        .replace("]", "")
    )
    return f"{at:%Y%m%dT%H%M%SZ}-{host}-{settings.profile.name}"


_TOOL = {"name": "responses-conformance", "version": conformance.__version__}


class Session:
    """A run in a background thread: start it, wait for verdicts, get the report."""

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        journal: Journal | None = None,
        observer: RunObserver | None = None,
    ) -> None:
        self.settings = settings
        self._journal = journal
        self._observer = observer or RunObserver()
        self._lock = threading.Lock()
        self._started_at = datetime.now(UTC)
        self._monotonic_start = time.monotonic()
        self.name = run_name(settings, self._started_at)
        self.evaluator = Evaluator(settings, plan, self._on_verdict)
        self._error: BaseException | None = None
        self._thread = threading.Thread(
            target=self._run_to_end, name=self.name, daemon=True
        )
        self._loop = asyncio.new_event_loop()
        self._task: asyncio.Task[None] | None = None
        self._write(self._header())

    def _write(self, record: Json) -> None:
        if self._journal:
            with self._lock:
                self._journal.write(record)

    def _header(self) -> Json:
        return {
            "type": "header",
            "version": VERSION,
            "tool": _TOOL,
            "catalogue": self.settings.catalogue,
            "run": self.name,
            "started_at": self._started_at.isoformat(timespec="seconds"),
            "target": {
                "url": self.settings.url + "/v1/responses",
                "model": self.settings.model,
                "profile": self.settings.profile.name,
                "key_env": self.settings.key_env,
            },
            "seed": self.settings.seed,
            "only": self.settings.only,
            "level": self.settings.level,
            "require": self.settings.require,
            "second_key": bool(self.settings.second_key),
            "case": self.settings.case,
            "cases": [case.id for case in self.evaluator.plan.cases],
        }

    def _on_verdict(self, verdict: Verdict) -> None:
        self._write(verdict_record(verdict))
        self._observer.on_verdict(verdict)

    def _on_exchange(self, exchange: Exchange) -> None:
        if self._journal:
            with self._lock:
                self._journal.exchange(exchange)
        self._observer.on_exchange(exchange)

    def start(self) -> None:
        """Start the run and return immediately."""
        self._thread.start()

    def _run_to_end(self) -> None:
        """Run the plan, then record the verdicts of the cases that did not run."""
        asyncio.set_event_loop(self._loop)
        runner = Runner(
            self.settings, self.evaluator, self._observer.on_sent, self._on_exchange
        )
        try:
            self._task = self._loop.create_task(runner.run())
            self._loop.run_until_complete(self._task)
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001 -- raised in the thread that waits
            self._error = error
        finally:
            self.evaluator.close(
                "interrupted"
                if self._error is None
                else "the run stopped with an error"
            )
            self._loop.close()

    def verdict(self, case: Case) -> Verdict:
        """Wait for the verdict of a case; raises the error that stopped the run."""
        verdict = self.evaluator.wait(case)
        if self._error:
            raise self._error
        return verdict

    def wait(self) -> None:
        """Wait for the end of the run; raises the error that stopped it."""
        while self._thread.is_alive():
            self._thread.join(0.2)
        if self._error:
            raise self._error

    def stop(self) -> None:
        """Cancel the run and its requests in flight; keep the recorded verdicts."""
        if self._thread.is_alive() and self._task and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10)

    def report(self, *, interrupted: bool = False) -> Report:
        """Return the report, and write the footer of the journal; the run has ended.

        ``interrupted`` is true if the run was stopped before all probes had run.
        """
        report = Report(
            TargetInfo(
                self.settings.url + "/v1/responses",
                self.settings.model,
                self.settings.profile.name,
                self.settings.key_env,
            ),
            RunInfo(
                self.name,
                self._started_at.isoformat(timespec="seconds"),
                round(time.monotonic() - self._monotonic_start, 3),
                self.settings.seed,
                interrupted,
                self.settings.catalogue,
                self.evaluator.cost,
            ),
            self.evaluator.verdicts,
            self.evaluator.capabilities,
        )
        outcomes = [(r.requirement.id, r.outcome) for r in report.results]
        problems = self.settings.baseline.problems(outcomes, report.target.url)
        report = replace(
            report,
            baseline_problems=problems,
            fields=self.evaluator.fields.rows(),
            timings=self.evaluator.latencies.times,
        )
        for verdict in self.evaluator.plan.skipped:
            self._write(verdict_record(verdict))
        self._write(
            {
                "type": "footer",
                "duration_s": report.run.duration_s,
                "interrupted": interrupted,
                "verdict": report.verdict,
                "exit_code": report.exit_code,
                "capabilities": dict(report.capabilities),
                "complaints": [asdict(problem) for problem in problems],
            }
        )
        return report


def run_to_completion(
    settings: Settings, plan: Plan, journal: Journal | None = None
) -> Report:
    """Run a plan, wait for its end and return the report.

    Raises ``ConformanceError`` if the run cannot produce a report.
    """
    session = Session(settings, plan, journal)
    session.start()
    try:
        session.wait()
    except ConformanceError:
        session.stop()
        raise
    return session.report()
