"""Where exchanges become verdicts: everything that is known of a run so far.

No I/O: a live run feeds it as answers arrive, a journal feeds it afterwards.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from conformance.core.capability import names
from conformance.core.exchange import Exchange, Kind, Refused
from conformance.core.judgement import Case, Tally, flat, judge, refused
from conformance.core.node import Finding
from conformance.core.probe import Probe, Told
from conformance.core.report import Spent
from conformance.core.requirement import Capability
from conformance.core.verdict import Outcome, Verdict
from conformance.run.plan import Plan
from conformance.run.settings import Settings
from conformance.spec.probes.openings import OPENINGS


@dataclass(frozen=True)
class Gate:
    """What the first conversation about a capability has shown."""

    capability: Capability
    open: bool
    state: str
    evidence: str = ""

    @property
    def outcome(self) -> Outcome:
        """Return the outcome of what waits behind the gate when it is closed."""
        core = self.capability is Capability.CORE
        return Outcome.INCONCLUSIVE if core else Outcome.UNSUPPORTED


def gate_of(capability: Capability, turns: tuple[Told, ...]) -> Gate:
    """Read an opening: say whether the capability is there, and we may go on."""
    whole = flat(turns)
    if not whole:
        return Gate(capability, open=True, state="unknown")
    first, last = whole[0], whole[-1]
    if capability is Capability.CORE:
        shut = first.kind in {Kind.REFUSAL, Kind.SILENCE, Kind.BREAKDOWN}
        why = f"the first plain request ({first.id}): {first.summary}"
        return Gate(capability, not shut, "no answer" if shut else "supported", why)
    for exchange in whole:
        if names(exchange, capability):
            why = f"{exchange.id}: {exchange.summary}"
            return Gate(capability, open=False, state="unsupported", evidence=why)
    state = "supported" if all(x.answered for x in whole) else "unclear"
    return Gate(capability, open=True, state=state, evidence=f"{last.id}: {last.kind}")


class Court:
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
        self._required = {Capability(name) for name in settings.require}
        self._on_verdict = on_verdict
        self.plan = plan
        self.gates: dict[Capability, Gate] = {}
        self.spent = Spent()
        self._futures = {case.id: Future[Verdict]() for case in plan.cases}
        self._tallies = [
            Tally(case, self._profile) for case in plan.cases if not case.probe
        ]
        self._by_probe: dict[str, list[Case]] = {}
        for case in plan.cases:
            if case.probe:
                self._by_probe.setdefault(case.probe.name, []).append(case)

    def hear(self, exchange: Exchange) -> None:
        """Count an exchange, and judge all universal clauses on it."""
        was = self.spent
        tokens = _tokens(exchange)
        self.spent = Spent(
            was.requests + 1,
            was.answers + exchange.answered,
            was.refusals + (exchange.kind is Kind.REFUSAL),
            was.generated + exchange.probe.startswith("generated-"),
            was.input_tokens + tokens[0],
            was.output_tokens + tokens[1],
        )
        for tally in self._tallies:
            tally.add(exchange)

    def opened(self, probe: Probe, turns: tuple[Told, ...]) -> None:
        """Read the gates that ``probe`` opens."""
        for capability, opening in OPENINGS.items():
            if opening is probe:
                self.gates[capability] = gate_of(capability, turns)

    def closed_to(self, probe: Probe) -> Gate | None:
        """Return the closed gate before ``probe``, or ``None`` when it may go on."""
        if (core := self.gates.get(Capability.CORE)) and not core.open:
            broke = "server" in core.evidence and not probe.answers
            return None if broke else core
        gate = self.gates.get(probe.needs)
        return None if gate is None or gate.open else gate

    def held(
        self, probe: Probe, turns: tuple[Told, ...], ended: Exception | None = None
    ) -> None:
        """Judge every case of a probe whose conversation is over.

        ``ended`` is what the probe raised when it could not go on.
        """
        for case in self._by_probe.get(probe.name, []):
            self._settle(case, self._judged(case, turns, ended))

    def _judged(
        self, case: Case, turns: tuple[Told, ...], ended: Exception | None
    ) -> Verdict:
        gate = self.gates.get(case.check.requirement.needs)
        if gate and not gate.open and gate.capability is not Capability.CORE:
            return case.settled(self._profile, gate.outcome, gate.evidence)
        if isinstance(ended, Refused):
            return refused(case, self._profile, ended)
        if ended is not None:
            return case.settled(self._profile, Outcome.INCONCLUSIVE, str(ended))
        return judge(case, turns, self._profile)

    def left_out(self, probe: Probe, outcome: Outcome, reason: str) -> None:
        """Settle every case of a probe that was not held to its end."""
        for case in self._by_probe.get(probe.name, []):
            if not self._futures[case.id].done():
                self._settle(case, case.settled(self._profile, outcome, reason))

    def close(self, why: str = "interrupted") -> None:
        """Settle the universal cases, and what else is open as not run."""
        for tally in self._tallies:
            case = tally.case
            if self._futures[case.id].done():
                continue
            verdict = tally.verdict()
            gate = self.gates.get(case.check.requirement.needs)
            if verdict.outcome is Outcome.INCONCLUSIVE and gate and not gate.open:
                verdict = case.settled(self._profile, gate.outcome, gate.evidence)
            self._settle(case, verdict)
        for case in self.plan.cases:
            if not self._futures[case.id].done():
                self._settle(case, case.settled(self._profile, Outcome.NOT_RUN, why))

    def _settle(self, case: Case, verdict: Verdict) -> None:
        needs = case.check.requirement.needs
        if verdict.outcome is Outcome.UNSUPPORTED and needs in self._required:
            wanted = f"the capability {needs}, which --require asks for"
            finding = Finding("", wanted, verdict.reason)
            verdict = case.failed(self._profile, [finding], 1, 1)
        self._futures[case.id].set_result(verdict)
        self._on_verdict(verdict)

    def future(self, case_id: str) -> Future[Verdict]:
        """Return where the verdict of a case will stand."""
        return self._futures[case_id]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """Return every verdict reached so far, those of left-out cases too."""
        reached = (f.result() for f in self._futures.values() if f.done())
        return (*reached, *self.plan.left_out)


def _tokens(exchange: Exchange) -> tuple[int, int]:
    """Return input and output tokens as the answer states them, 0 where not."""
    final = exchange.final if exchange.answered else None
    usage = final.get("usage") if final is not None else None
    if usage is None or not usage.is_a(dict):
        return 0, 0

    def count(*members: str) -> int:
        stated = (usage.get(member) for member in members)
        return next((n.value for n in stated if n is not None and n.is_a(int)), 0)

    return count("input_tokens", "prompt_tokens"), count(
        "output_tokens", "completion_tokens"
    )
