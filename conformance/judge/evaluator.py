"""Where exchanges become verdicts: everything that is known of a run so far.

No I/O: a live run feeds it as answers arrive, a journal feeds it afterwards.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from conformance.contract.probes.capabilities import CAPABILITY_PROBES
from conformance.judge.acceptance import AcceptanceThreshold
from conformance.judge.field_statistics import FieldCounts
from conformance.judge.plan import Plan
from conformance.judge.universal_checks import (
    UniversalChecks,
    UniversalVerdict,
    evaluate,
    rejected,
)
from conformance.model.capabilities import names_capability
from conformance.model.case import Case
from conformance.model.exchange import Exchange, RejectedRequest, ResponseKind
from conformance.model.generated_input import GeneratedInput
from conformance.model.node import Finding
from conformance.model.probe import Probe, ProbeResult, flatten
from conformance.model.report import RunCost
from conformance.model.requirement import Capability
from conformance.model.settings import Settings
from conformance.model.timing import LatencySampler
from conformance.model.verdict import Outcome, Verdict

_OF_WHAT_WAS_ASKED: Final = frozenset({400, 413, 415, 422})
"""Refusals that speak of the request, and not of caller, address or model."""


@dataclass(frozen=True)
class CapabilityStatus:
    """What the first conversation about a capability has shown.

    ``broke`` says that the server broke down over a plain request: it may still be
    judged by what it refuses. ``shut`` says that it refused the caller, or knows no
    such address or model: then no refusal is about what was asked.
    """

    capability: Capability
    open: bool
    state: str
    evidence: str = ""
    broke: bool = False
    shut: bool = False

    @property
    def outcome(self) -> Outcome:
        """Return the outcome of what waits behind the gate when it is closed."""
        core = self.capability is Capability.CORE
        return Outcome.INCONCLUSIVE if core else Outcome.UNSUPPORTED


def gate_of(capability: Capability, turns: tuple[ProbeResult, ...]) -> CapabilityStatus:
    """Read an opening: say whether the capability is there, and we may go on."""
    whole = flatten(turns)
    if not whole:
        return CapabilityStatus(capability, open=True, state="unknown")
    first, last = whole[0], whole[-1]
    if capability is Capability.CORE:
        return _core_gate(first)
    for exchange in whole:
        if names_capability(exchange, capability):
            why = f"{exchange.id}: {exchange.summary}"
            return CapabilityStatus(
                capability, open=False, state="unsupported", evidence=why
            )
    state = "supported" if all(x.has_response for x in whole) else "unclear"
    return CapabilityStatus(
        capability, open=True, state=state, evidence=f"{last.id}: {last.kind}"
    )


def _core_gate(first: Exchange) -> CapabilityStatus:
    """Read the first plain request: without its answer nothing else means much."""
    why = f"the first plain request ({first.id}): {first.summary}"
    if 300 <= first.status < 400:
        why += f", redirected to {first.header('location')}: judge that URL instead"
    elif first.kind not in {
        ResponseKind.CLIENT_ERROR,
        ResponseKind.NO_RESPONSE,
        ResponseKind.SERVER_ERROR,
    }:
        return CapabilityStatus(
            Capability.CORE, open=True, state="supported", evidence=why
        )
    broke = first.kind is ResponseKind.SERVER_ERROR
    rejected = first.kind is ResponseKind.CLIENT_ERROR
    return CapabilityStatus(
        Capability.CORE,
        open=False,
        state="no answer",
        evidence=why,
        broke=broke,
        shut=rejected and first.status not in _OF_WHAT_WAS_ASKED,
    )


class Evaluator:
    """All cases of a plan, the tallies of the universal ones, and the verdicts.

    ``on_verdict`` is called with each verdict as it is reached.
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
        self.gates: dict[Capability, CapabilityStatus] = {}
        self.spent = RunCost()
        self.fields = FieldCounts()
        self.clock = LatencySampler()
        self._alone = bool(settings.case)
        self._credit = AcceptanceThreshold(plan.cases)
        self._verdicts: dict[Case, Verdict] = {}
        self._lock = threading.Lock()
        self._awaited: dict[Case, threading.Event] = {}
        self._tallies = [
            UniversalVerdict(case, self._profile)
            for case in plan.cases
            if not case.probe
        ]
        self._bench = UniversalChecks(self._tallies)
        self._by_probe: dict[str, tuple[Case, ...]] = {}
        for case in plan.cases:
            if case.probe:
                known = self._by_probe.get(case.probe.name, ())
                self._by_probe[case.probe.name] = (*known, case)

    def hear(self, exchange: Exchange) -> None:
        """Count an exchange, and judge all universal clauses on it."""
        was = self.spent
        drawn = GeneratedInput.of(exchange.probe)
        made = exchange.has_response and exchange.request.method == "POST"
        tokens = _tokens(exchange) if made else (0, 0)  # what is fetched was paid for
        self.spent = RunCost(
            was.requests + 1,
            was.model_responses + made,
            was.rejections + (exchange.kind is ResponseKind.CLIENT_ERROR),
            was.generated + (drawn is not None),
            was.input_tokens + tokens[0],
            was.output_tokens + tokens[1],
        )
        self.clock.add(exchange)
        self._bench.hear(exchange)
        if drawn:
            self.fields.add(drawn, exchange)
            for case, verdict in self._credit.hear(drawn, exchange):
                self._settle(case, verdict)

    def opened(self, probe: Probe, turns: tuple[ProbeResult, ...]) -> None:
        """Read the gates that ``probe`` opens."""
        for capability, opening in CAPABILITY_PROBES.items():
            if opening is probe:
                self.gates[capability] = gate_of(capability, turns)

    def closed_to(self, probe: Probe) -> CapabilityStatus | None:
        """Return the closed gate before ``probe``, or ``None`` when it may go on."""
        if (core := self.gates.get(Capability.CORE)) and not core.open:
            return None if core.broke and not probe.model_responses else core
        gate = self.gates.get(probe.needs)
        return None if gate is None or gate.open else gate

    def held(
        self,
        probe: Probe,
        turns: tuple[ProbeResult, ...],
        ended: Exception | None = None,
    ) -> None:
        """Judge every case of a probe whose conversation is over.

        ``ended`` is what the probe raised when it could not go on.
        """
        for case in self._by_probe.pop(probe.name, ()):
            verdict = self._judged(case, turns, ended)
            if not self._credit.holds_back(case, verdict):
                self._settle(case, verdict)

    def _judged(
        self, case: Case, turns: tuple[ProbeResult, ...], ended: Exception | None
    ) -> Verdict:
        gate = self.gates.get(case.check.requirement.needs)
        if gate and not gate.open and gate.capability is not Capability.CORE:
            return case.without_findings(self._profile, gate.outcome, gate.evidence)
        if isinstance(ended, RejectedRequest):
            return rejected(case, self._profile, ended)
        if ended is not None:
            return case.without_findings(
                self._profile, Outcome.INCONCLUSIVE, str(ended)
            )
        verdict = evaluate(case, turns, self._profile)
        core = self.gates.get(Capability.CORE)
        down = core and core.broke and all(x.status >= 500 for x in flatten(turns))
        if core and down and verdict.outcome is Outcome.FAILED:
            return case.without_findings(self._profile, core.outcome, core.evidence)
        return verdict

    def left_out(self, probe: Probe, outcome: Outcome, reason: str) -> None:
        """Settle every case of a probe that was not held to its end."""
        for case in self._by_probe.get(probe.name, ()):
            if case not in self._verdicts:
                self._settle(
                    case, case.without_findings(self._profile, outcome, reason)
                )

    def close(self, why: str = "interrupted") -> None:
        """Settle the universal cases, and what else is open as not run.

        Where nobody was let in, there is nothing to be said of any refusal.
        """
        core = self.gates.get(Capability.CORE)
        rejected = (
            core if core and core.shut and not self.spent.model_responses else None
        )
        for tally in self._tallies:
            case = tally.case
            if case in self._verdicts:
                continue
            verdict = tally.verdict()
            if self._alone and not tally.observations and not tally.error:
                why_not = "this case alone has nothing that the clause speaks of"
                verdict = case.without_findings(self._profile, Outcome.NOT_RUN, why_not)
            gate = self.gates.get(case.check.requirement.needs)
            if verdict.outcome is Outcome.INCONCLUSIVE and gate and not gate.open:
                verdict = case.without_findings(
                    self._profile, gate.outcome, gate.evidence
                )
            if rejected and not tally.error:
                verdict = case.without_findings(
                    self._profile, rejected.outcome, rejected.evidence
                )
            self._settle(case, verdict)
        for case, verdict in self._credit.close(self._profile):
            self._settle(case, verdict)
        for case in self.plan.cases:
            if case not in self._verdicts:
                self._settle(
                    case, case.without_findings(self._profile, Outcome.NOT_RUN, why)
                )

    def _settle(self, case: Case, verdict: Verdict) -> None:
        needs = case.check.requirement.needs
        if verdict.outcome is Outcome.UNSUPPORTED and needs in self._required:
            wanted = f"the capability {needs}, which --require asks for"
            finding = Finding("", wanted, verdict.reason)
            verdict = case.failed(self._profile, [finding], 1, 1)
        verdict = self._excused(verdict)
        with self._lock:
            self._verdicts[case] = verdict
            awaited = self._awaited.pop(case, None)
        if awaited:
            awaited.set()
        self._on_verdict(verdict)

    def _excused(self, verdict: Verdict) -> Verdict:
        """Return a failure that the baseline lists as expected, with its reason."""
        if verdict.outcome is not Outcome.FAILED:
            return verdict
        excuse = self._baseline.expected_failure(verdict.requirement.id, self._url)
        if excuse is None:
            return verdict
        return replace(verdict, outcome=Outcome.EXPECTED, reason=str(excuse))

    def wait(self, case: Case) -> Verdict:
        """Wait, on another thread than ours, for the verdict of a case."""
        with self._lock:
            if case in self._verdicts:
                return self._verdicts[case]
            settled = self._awaited.setdefault(case, threading.Event())
        settled.wait()
        return self._verdicts[case]

    @property
    def capabilities(self) -> dict[str, str]:
        """Return what is known of each capability, in the order of all reports."""
        return {c: self.gates[c].state for c in Capability if c in self.gates}

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict reached so far, those of left-out cases too."""
        return (*self._verdicts.values(), *self.plan.skipped)


def _tokens(exchange: Exchange) -> tuple[int, int]:
    """Return input and output tokens as the answer states them, 0 where not."""
    final = exchange.response_or_none
    usage = final.get("usage") if final is not None else None
    if usage is None or not usage.is_a(dict):
        return 0, 0

    def count(*members: str) -> int:
        stated = (usage.get(member) for member in members)
        return next((n.value for n in stated if n is not None and n.is_a(int)), 0)

    return count("input_tokens", "prompt_tokens"), count(
        "output_tokens", "completion_tokens"
    )
