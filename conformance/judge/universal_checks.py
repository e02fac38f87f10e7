"""Call checks and turn their findings into verdicts; nothing else calls a check.

A check never stops a run. A missing value is a finding. A rejected request or a missing
response makes the verdict unsupported or inconclusive. An exception in a check is an
internal error.
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
from conformance.model.scope import CheckArguments, Observation, Scope
from conformance.model.verdict import Outcome, Verdict

MAX_FINDINGS = 25
"""Maximum number of findings that one verdict stores; the others are only counted."""


def rejected(case: Case, profile: str, error: RejectedRequest) -> Verdict:
    """Return the verdict of a check that needs the response to a rejected request."""
    needs = case.check.requirement.needs
    if needs is not Capability.CORE and names_capability(error.exchange, needs):
        return case.without_findings(profile, Outcome.UNSUPPORTED, str(error))
    return case.without_findings(profile, Outcome.INCONCLUSIVE, str(error))


def crashed(case: Case, profile: str) -> Verdict:
    """Return the verdict for a check that raised an unexpected exception."""
    reason = traceback.format_exc(limit=-3)
    return case.without_findings(profile, Outcome.ERROR, reason)


def evaluate(case: Case, turns: tuple[ProbeResult, ...], profile: str) -> Verdict:
    """Return the verdict of a check on the turns of its probe. Never raises."""
    exchanges = flatten(turns)
    optional_turns = case.probe is not None and case.probe.optional_turns
    for exchange in flatten(turns[:1]) if optional_turns else exchanges:
        # Of concurrent requests, which are in a tuple, some may have no response.
        if exchange.status == 0 and exchange in turns:
            reason = f"{exchange.id}: {exchange.summary}"
            return case.without_findings(profile, Outcome.INCONCLUSIVE, reason)
        if exchange.rate_limited:
            reason = f"{exchange.id}: rate limited (429)"
            return case.without_findings(profile, Outcome.INCONCLUSIVE, reason)
    try:
        found = case.check.findings(profile, *turns)
    except Inconclusive as error:
        return case.without_findings(profile, Outcome.INCONCLUSIVE, str(error))
    except RejectedRequest as error:
        return rejected(case, profile, error)
    except Exception:  # noqa: BLE001 -- a bug in a check is reported as an internal error
        return crashed(case, profile)
    if not found:
        return case.without_findings(
            profile, Outcome.PASSED, observations=len(exchanges)
        )
    last = exchanges[-1].id if exchanges else ""
    stored = [finding.with_exchange(last) for finding in found[:MAX_FINDINGS]]
    return case.failed(profile, stored, len(exchanges), len(found))


@dataclass
class UniversalVerdict:
    """The verdict of a universal check while a run goes on.

    ``observations`` counts the calls of the check, or the observations of its scope.
    ``collected`` has those observations that are kept, ``value_counts`` the number of
    observations of each value. ``inconclusive`` is the last exception of a call that
    could not evaluate an exchange. ``error`` is the verdict after an internal error.
    ``smallest`` is the size in bytes of the smallest minimized request that failed.
    """

    case: Case
    profile: str
    observations: int = 0
    finding_count: int = 0
    findings: list[Finding] = field(default_factory=list)
    collected: list[Observation] = field(default_factory=list)
    value_counts: Counter[object] = field(default_factory=Counter)
    inconclusive: Exception | None = None
    error: Verdict | None = None
    smallest: int | None = None

    def add(self, exchange: Exchange) -> None:
        """Evaluate one exchange, if the scope selects something. Never raises."""
        scope = self.case.check.scope
        if scope is not None:
            self.add_selected(exchange, scope.select(exchange))

    def add_selected(
        self, exchange: Exchange, selected: Iterable[CheckArguments]
    ) -> None:
        """Evaluate what the scope selected from an exchange. Never raises."""
        scope = self.case.check.scope
        if scope is None or self.error:
            return
        try:
            for arguments in selected:
                if scope.observe:
                    self._collect(scope.observe(*arguments), scope.max_equal)
                else:
                    self._evaluate(exchange, arguments)
        except Exception:  # noqa: BLE001 -- a bug in a check is reported as an internal error
            self.error = crashed(self.case, self.profile)

    def _collect(self, observation: Observation | None, max_equal: int | None) -> None:
        """Count an observation, and keep it unless ``max_equal`` have its value."""
        if observation is None:
            return
        self.observations += 1
        if max_equal is not None:
            self.value_counts[observation.value] += 1
            if self.value_counts[observation.value] > max_equal:
                return
        self.collected.append(observation)

    def _evaluate(self, exchange: Exchange, arguments: CheckArguments) -> None:
        try:
            found = self.case.check.findings(self.profile, *arguments)
        except (Inconclusive, RejectedRequest) as error:
            self.inconclusive = error
            return
        self.observations += 1
        if not found:
            return
        self._store(found, exchange.id)
        if exchange.turn and exchange.probe.startswith(PREFIX):
            self._store_if_smallest(found[0], exchange)

    def _store(self, found: list[Finding], exchange: str) -> None:
        self.finding_count += len(found)
        room = MAX_FINDINGS - len(self.findings)
        self.findings.extend(
            finding.with_exchange(exchange) for finding in found[:room]
        )

    def _store_if_smallest(self, finding: Finding, exchange: Exchange) -> None:
        """Replace the last stored finding if ``exchange`` has the smallest request.

        The findings then include the smallest failing version of a generated request.
        """
        size = len(exchange.request.content)
        if self.smallest is None or size < self.smallest:
            self.smallest = size
            self.findings[-1] = finding.with_exchange(exchange.id)

    def verdict(self) -> Verdict:
        """Return the verdict on all exchanges so far. Never raises."""
        if self.error:
            return self.error
        if self.collected:
            try:
                self._store(self.case.check.findings(self.profile, self.collected), "")
            except Inconclusive as error:
                return self.case.without_findings(
                    self.profile, Outcome.INCONCLUSIVE, str(error), self.observations
                )
            except Exception:  # noqa: BLE001 -- as in add_selected
                return crashed(self.case, self.profile)
            self.collected = []
        if self.findings:
            return self.case.failed(
                self.profile, self.findings, self.observations, self.finding_count
            )
        if not self.observations:
            reason = "no exchange in this run was relevant to the requirement"
            if self.inconclusive:
                reason = str(self.inconclusive)
            return self.case.without_findings(
                self.profile, Outcome.INCONCLUSIVE, reason
            )
        return self.case.without_findings(
            self.profile, Outcome.PASSED, observations=self.observations
        )


@dataclass
class _ScopeGroup:
    """The verdicts of one scope, and the groups of the narrower scopes within it."""

    scope: Scope
    verdicts: list[UniversalVerdict] = field(default_factory=list)
    narrower: list["_ScopeGroup"] = field(default_factory=list)

    def observe(
        self, exchange: Exchange, outer: tuple[CheckArguments, ...] = ()
    ) -> None:
        """Evaluate one exchange; ``outer`` is what the wider scope selected."""
        scope = self.scope
        try:
            if scope.where:
                selected = outer if scope.where(exchange) else ()
            else:
                selected = tuple(scope.select(exchange))
        except Exception:  # noqa: BLE001 -- as in UniversalVerdict
            self.fail()
            return
        if selected:
            for verdict in self.verdicts:
                verdict.add_selected(exchange, selected)
            for group in self.narrower:
                group.observe(exchange, selected)

    def fail(self) -> None:
        """Record an internal error for every verdict that depends on this scope."""
        for verdict in self.verdicts:
            verdict.error = crashed(verdict.case, verdict.profile)
        for group in self.narrower:
            group.fail()


class UniversalChecks:
    """All universal checks of a run. Each scope selects once for all its checks."""

    def __init__(self, verdicts: Iterable[UniversalVerdict]) -> None:
        self._groups: dict[
            Callable[[Exchange], Iterable[CheckArguments]], _ScopeGroup
        ] = {}
        self._roots: list[_ScopeGroup] = []
        for verdict in verdicts:
            if scope := verdict.case.check.scope:
                self._group(scope).verdicts.append(verdict)

    def _group(self, scope: Scope) -> _ScopeGroup:
        """Return the group of a scope; create it in the group of the wider scope."""
        group = self._groups.get(scope.select)
        if group is None:
            group = self._groups[scope.select] = _ScopeGroup(scope)
            wider = self._group(scope.within) if scope.within else None
            siblings = wider.narrower if wider else self._roots
            siblings.append(group)
        return group

    def observe(self, exchange: Exchange) -> None:
        """Evaluate one exchange by every universal check. Never raises."""
        for group in self._roots:
            group.observe(exchange)
