"""Evaluate exchanges as they arrive, and collect the verdicts of a run.

No I/O: a run passes each exchange when it ends, and a replay of a journal passes the
recorded exchanges.
"""

import threading
from collections.abc import Callable
from dataclasses import replace

from conformance.contract.probes.capabilities import CAPABILITY_PROBES
from conformance.judge.acceptance import AcceptanceThreshold
from conformance.judge.capability_status import CapabilityStatus, capability_status
from conformance.judge.field_statistics import FieldCounts
from conformance.judge.plan import Plan
from conformance.judge.run_cost import add_exchange
from conformance.judge.universal_checks import (
    UniversalChecks,
    UniversalVerdict,
    evaluate,
    rejected,
)
from conformance.model.case import Case
from conformance.model.exchange import Exchange, RejectedRequest
from conformance.model.generated_input import GeneratedInput
from conformance.model.node import Finding
from conformance.model.probe import Probe, ProbeResult, flatten
from conformance.model.report import RunCost
from conformance.model.requirement import Capability
from conformance.model.settings import Settings
from conformance.model.timing import LatencySampler
from conformance.model.verdict import Outcome, Verdict


class Evaluator:
    """The cases of a plan and their verdicts so far.

    Call ``observe`` with each exchange, ``capability_probed`` and ``probe_finished``
    with each probe that was sent, and ``close`` at the end. The evaluator calls
    ``on_verdict`` with each verdict as soon as the verdict is final.
    """

    def __init__(
        self,
        settings: Settings,
        plan: Plan,
        on_verdict: Callable[[Verdict], None] = lambda _: None,
    ) -> None:
        self._profile = settings.profile.name
        self._baseline = settings.baseline
        self._url = settings.url + "/v1/responses"
        self._required = {Capability(name) for name in settings.require}
        self._on_verdict = on_verdict
        self.plan = plan
        self.cost = RunCost()
        self.fields = FieldCounts()
        self.latencies = LatencySampler()
        self._statuses: dict[Capability, CapabilityStatus] = {}
        self._single_case = bool(settings.case)
        self._acceptance = AcceptanceThreshold(plan.cases)
        self._verdicts: dict[Case, Verdict] = {}
        self._lock = threading.Lock()
        self._awaited: dict[Case, threading.Event] = {}
        self._universal = [
            UniversalVerdict(case, self._profile)
            for case in plan.cases
            if not case.probe
        ]
        self._universal_checks = UniversalChecks(self._universal)
        self._by_probe: dict[str, tuple[Case, ...]] = {}
        for case in plan.cases:
            if case.probe:
                cases = self._by_probe.get(case.probe.name, ())
                self._by_probe[case.probe.name] = (*cases, case)

    def observe(self, exchange: Exchange) -> None:
        """Count an exchange, and evaluate all universal checks on it."""
        self.cost = add_exchange(self.cost, exchange)
        self.latencies.add(exchange)
        self._universal_checks.observe(exchange)
        if generated := GeneratedInput.of(exchange.probe):
            self.fields.add(generated, exchange)
            for case, verdict in self._acceptance.observe(generated, exchange):
                self._record(case, verdict)

    def capability_probed(self, probe: Probe, turns: tuple[ProbeResult, ...]) -> None:
        """Store the status of each capability whose first probe is ``probe``."""
        for capability, first_probe in CAPABILITY_PROBES.items():
            if first_probe is probe:
                self._statuses[capability] = capability_status(capability, turns)

    def blocked_by(self, probe: Probe) -> CapabilityStatus | None:
        """Return the status of the missing capability that prevents ``probe``.

        The result is ``None`` if the probe can be sent.
        """
        core = self._statuses.get(Capability.CORE)
        if core and not core.available:
            return None if core.server_error and not probe.model_responses else core
        status = self._statuses.get(probe.needs)
        return None if status is None or status.available else status

    def probe_finished(
        self,
        probe: Probe,
        turns: tuple[ProbeResult, ...],
        ended_by: Exception | None = None,
    ) -> None:
        """Evaluate every case of a probe whose requests were sent.

        ``ended_by`` is the exception that the probe raised if it could not continue.
        """
        for case in self._by_probe.pop(probe.name, ()):
            verdict = self._evaluate(case, turns, ended_by)
            if not self._acceptance.defer(case, verdict):
                self._record(case, verdict)

    def _evaluate(
        self, case: Case, turns: tuple[ProbeResult, ...], ended_by: Exception | None
    ) -> Verdict:
        """Return the verdict of one case of a probe; see ``probe_finished``."""
        status = self._statuses.get(case.check.requirement.needs)
        if status and not status.available and status.capability is not Capability.CORE:
            return self._without_capability(case, status)
        if isinstance(ended_by, RejectedRequest):
            return rejected(case, self._profile, ended_by)
        if ended_by is not None:
            return case.without_findings(
                self._profile, Outcome.INCONCLUSIVE, str(ended_by)
            )
        verdict = evaluate(case, turns, self._profile)
        core = self._statuses.get(Capability.CORE)
        server_down = (
            core
            and core.server_error
            and all(exchange.status >= 500 for exchange in flatten(turns))
        )
        if core and server_down and verdict.outcome is Outcome.FAILED:
            return self._without_capability(case, core)
        return verdict

    def _without_capability(self, case: Case, status: CapabilityStatus) -> Verdict:
        """Return the verdict of a case that needs a missing capability."""
        return case.without_findings(self._profile, status.outcome, status.evidence)

    def probe_skipped(self, probe: Probe, outcome: Outcome, reason: str) -> None:
        """Record ``outcome`` for every remaining case of a probe.

        The probe was not sent, or not all of its requests were sent.
        """
        for case in self._by_probe.get(probe.name, ()):
            if case not in self._verdicts:
                verdict = case.without_findings(self._profile, outcome, reason)
                self._record(case, verdict)

    def close(self, reason: str = "interrupted") -> None:
        """Record the verdict of every remaining case.

        Cases of universal checks get their final verdict. Deferred verdicts become
        inconclusive. All other cases are not run, for the given reason. If the server
        denied access during the whole run, universal checks are inconclusive: no
        rejection is about the body of its request.
        """
        for universal in self._universal:
            if universal.case not in self._verdicts:
                self._record(universal.case, self._final_verdict(universal))
        for case, verdict in self._acceptance.close(self._profile):
            self._record(case, verdict)
        for case in self.plan.cases:
            if case not in self._verdicts:
                verdict = case.without_findings(self._profile, Outcome.NOT_RUN, reason)
                self._record(case, verdict)

    def _final_verdict(self, universal: UniversalVerdict) -> Verdict:
        """Return the verdict of a universal check at the end of the run."""
        case = universal.case
        verdict = universal.verdict()
        core = self._statuses.get(Capability.CORE)
        denied = core and core.access_denied and not self.cost.model_responses
        if core and denied and not universal.error:
            return self._without_capability(case, core)
        if self._single_case and not universal.observations and not universal.error:
            reason = "this case produced nothing that the requirement applies to"
            verdict = case.without_findings(self._profile, Outcome.NOT_RUN, reason)
        status = self._statuses.get(case.check.requirement.needs)
        if verdict.outcome is Outcome.INCONCLUSIVE and status and not status.available:
            return self._without_capability(case, status)
        return verdict

    def _record(self, case: Case, verdict: Verdict) -> None:
        """Store a final verdict, after ``--require`` and the baseline are applied."""
        needs = case.check.requirement.needs
        if verdict.outcome is Outcome.UNSUPPORTED and needs in self._required:
            expected = f"the capability {needs} (--require)"
            finding = Finding("", expected, verdict.reason)
            verdict = case.failed(self._profile, [finding], 1, 1)
        verdict = self._apply_baseline(verdict)
        with self._lock:
            self._verdicts[case] = verdict
            awaited = self._awaited.pop(case, None)
        if awaited:
            awaited.set()
        self._on_verdict(verdict)

    def _apply_baseline(self, verdict: Verdict) -> Verdict:
        """Return a failure that the baseline lists as an expected failure."""
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        entry = self._baseline.expected_failure(verdict.requirement.id, self._url)
        if entry is None:
            return verdict
        return replace(verdict, outcome=Outcome.EXPECTED, reason=str(entry))

    def wait(self, case: Case) -> Verdict:
        """Block until a case has its verdict, and return the verdict.

        Call this from another thread than the one that passes the exchanges.
        """
        with self._lock:
            if case in self._verdicts:
                return self._verdicts[case]
            recorded = self._awaited.setdefault(case, threading.Event())
        recorded.wait()
        return self._verdicts[case]

    @property
    def capabilities(self) -> dict[str, str]:
        """Return the known state of each capability, in the order of ``Capability``."""
        return {c: self._statuses[c].state for c in Capability if c in self._statuses}

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return all verdicts so far, including those of skipped cases."""
        return (*self._verdicts.values(), *self.plan.skipped)
