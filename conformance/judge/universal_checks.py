"""From exchanges to verdicts: the only place where a check is ever called.

A check never stops a run: what an answer lacks is a finding, a refusal or a
silence makes the verdict unsupported or inconclusive, and a check that breaks is
an error of ours.
"""

import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from conformance.model.capabilities import names_capability
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.generated_input import PREFIX
from conformance.model.node import Finding
from conformance.model.probe import ProbeResult, flatten
from conformance.model.requirement import Capability
from conformance.model.scope import Observation, Picked, Scope
from conformance.model.verdict import Outcome, Verdict

MAX_FINDINGS = 25
"""Findings that one verdict keeps; the others are counted."""


def rejected(case: Case, profile: str, refusal: RejectedRequest) -> Verdict:
    """Say what a refusal means for a clause that needed an answer."""
    needs = case.check.requirement.needs
    if needs is not Capability.CORE and names_capability(refusal.exchange, needs):
        return case.without_findings(profile, Outcome.UNSUPPORTED, str(refusal))
    return case.without_findings(profile, Outcome.INCONCLUSIVE, str(refusal))


def crashed(case: Case, profile: str) -> Verdict:
    """Return the verdict for a check that raised what no check should."""
    reason = traceback.format_exc(limit=-3)
    return case.without_findings(profile, Outcome.ERROR, reason)


def evaluate(case: Case, turns: tuple[ProbeResult, ...], profile: str) -> Verdict:
    """Judge a check on the conversation of its probe. Never raises."""
    whole = flatten(turns)
    extras = case.probe is not None and case.probe.optional_turns
    for exchange in flatten(turns[:1]) if extras else whole:
        if exchange.status == 0 and exchange in turns:
            reason = f"{exchange.id}: {exchange.summary}"
            return case.without_findings(profile, Outcome.INCONCLUSIVE, reason)
        if exchange.rate_limited:
            reason = f"{exchange.id}: the target limits our rate (429)"
            return case.without_findings(profile, Outcome.INCONCLUSIVE, reason)
    try:
        found = case.check.findings(profile, *turns)
    except Inconclusive as why:
        return case.without_findings(profile, Outcome.INCONCLUSIVE, str(why))
    except RejectedRequest as refusal:
        return rejected(case, profile, refusal)
    except Exception:  # noqa: BLE001 -- a check that breaks is our bug, and says so
        return crashed(case, profile)
    if not found:
        return case.without_findings(profile, Outcome.PASSED, observations=len(whole))
    last = whole[-1].id if whole else ""
    kept = [finding.within(last) for finding in found[:MAX_FINDINGS]]
    return case.failed(profile, kept, len(whole), len(found))


@dataclass
class UniversalVerdict:
    """The growing judgement of a universal check, one exchange after another."""

    case: Case
    profile: str
    observations: int = 0
    broken: int = 0
    findings: list[Finding] = field(default_factory=list)
    notes: list[Observation] = field(default_factory=list)
    noted: Counter[object] = field(default_factory=Counter)
    why: Exception | None = None
    error: Verdict | None = None
    smallest: int | None = None

    def add(self, exchange: Exchange) -> None:
        """Judge one exchange, as far as the check speaks of it. Never raises."""
        subject = self.case.check.scope
        if subject is not None:
            self.take(exchange, subject.select(exchange))

    def take(self, exchange: Exchange, several: Iterable[Picked]) -> None:
        """Judge what the subject picked out of an exchange. Never raises."""
        subject = self.case.check.scope
        if subject is None or self.error:
            return
        try:
            for picked in several:
                if subject.observe:
                    self._note(subject.observe(*picked), subject.max_equal)
                else:
                    self._judge(exchange, picked)
        except Exception:  # noqa: BLE001 -- a check that breaks is our bug, and says so
            self.error = crashed(self.case, self.profile)

    def _note(self, note: Observation | None, alike: int | None) -> None:
        if note is None:
            return
        self.observations += 1
        if alike is not None:
            self.noted[note.value] += 1
            if self.noted[note.value] > alike:
                return
        self.notes.append(note)

    def _judge(self, exchange: Exchange, picked: tuple[object, ...]) -> None:
        try:
            found = self.case.check.findings(self.profile, *picked)
        except (Inconclusive, RejectedRequest) as why:
            self.why = why
            return
        self.observations += 1
        if not found:
            return
        self._keep(found, exchange.id)
        if exchange.turn and exchange.probe.startswith(PREFIX):
            self._keep_smaller(found[0], exchange)

    def _keep(self, found: list[Finding], exchange: str) -> None:
        self.broken += len(found)
        room = MAX_FINDINGS - len(self.findings)
        self.findings.extend(finding.within(exchange) for finding in found[:room])

    def _keep_smaller(self, found: Finding, exchange: Exchange) -> None:
        """Let the smallest version of a generated request be among what is kept."""
        size = len(exchange.request.content)
        if self.smallest is None or size < self.smallest:
            self.smallest = size
            self.findings[-1] = found.within(exchange.id)

    def verdict(self) -> Verdict:
        """Return what all exchanges so far come to. Never raises."""
        if self.error:
            return self.error
        if self.notes:
            try:
                self._keep(self.case.check.findings(self.profile, self.notes), "")
            except Inconclusive as why:
                return self.case.without_findings(
                    self.profile, Outcome.INCONCLUSIVE, str(why), self.observations
                )
            except Exception:  # noqa: BLE001 -- as in add
                return crashed(self.case, self.profile)
            self.notes = []
        if self.findings:
            return self.case.failed(
                self.profile, self.findings, self.observations, self.broken
            )
        if not self.observations:
            nothing = "no exchange of this run has what the clause speaks of"
            reason = str(self.why) if self.why else nothing
            return self.case.without_findings(
                self.profile, Outcome.INCONCLUSIVE, reason
            )
        return self.case.without_findings(
            self.profile, Outcome.PASSED, observations=self.observations
        )


@dataclass
class _Group:
    """The tallies of one subject, and the subjects that pick nothing without it."""

    subject: Scope
    tallies: list[UniversalVerdict] = field(default_factory=list)
    within: list["_Group"] = field(default_factory=list)

    def hear(self, exchange: Exchange, above: tuple[Picked, ...] = ()) -> None:
        """Judge one exchange, of which the subject above picked ``above``."""
        subject = self.subject
        try:
            if subject.where:
                picked = above if subject.where(exchange) else ()
            else:
                picked = tuple(subject.select(exchange))
        except Exception:  # noqa: BLE001 -- as in Tally
            self.fail()
            return
        if picked:
            for tally in self.tallies:
                tally.take(exchange, picked)
            for group in self.within:
                group.hear(exchange, picked)

    def fail(self) -> None:
        """Settle everything that rests on what was picked here as our error."""
        for tally in self.tallies:
            tally.error = crashed(tally.case, tally.profile)
        for group in self.within:
            group.fail()


class UniversalChecks:
    """All tallies of a run: what several of them look at is picked only once."""

    def __init__(self, tallies: Iterable[UniversalVerdict]) -> None:
        self._groups: dict[Callable[[Exchange], Iterable[Picked]], _Group] = {}
        self._roots: list[_Group] = []
        for tally in tallies:
            if subject := tally.case.check.scope:
                self._group(subject).tallies.append(tally)

    def _group(self, subject: Scope) -> _Group:
        """Return the group of a subject, set in its place under those it rests on."""
        group = self._groups.get(subject.select)
        if group is None:
            group = self._groups[subject.select] = _Group(subject)
            above = (
                self._group(subject.within).within if subject.within else self._roots
            )
            above.append(group)
        return group

    def hear(self, exchange: Exchange) -> None:
        """Judge one exchange by every universal check. Never raises."""
        for group in self._roots:
            group.hear(exchange)
