"""Decide whether rejections of generated requests count as evidence.

A server that rejects valid requests as often as invalid ones has not shown that it
reads them. Verdicts that pass because of a rejection are therefore deferred until
enough valid generated requests were answered. If that does not happen, they become
inconclusive.
"""

import math
from collections.abc import Iterable
from typing import Final

from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.model.verdict import Outcome, Verdict

SHARE: Final = 0.25
"""Share of the valid generated requests that must be answered.

It is low because a conforming server may reject many of them: an unknown previous
response, a tool that does not exist, an extreme temperature.
"""

CaseVerdicts = list[tuple[Case, Verdict]]


def _input_of(case: Case) -> GeneratedInput | None:
    return GeneratedInput.of(case.probe.name) if case.probe else None


class AcceptanceThreshold:
    """Count the valid generated requests that were answered, and defer verdicts.

    ``valid`` counts the valid generated requests of the plan, ``needed`` how many of
    them must be answered, and ``answered`` how many were.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        inputs = (_input_of(case) for case in cases)
        self.valid = sum(i is not None and i.scenario is Scenario.VALID for i in inputs)
        self.needed = math.ceil(self.valid * SHARE)
        self.answered = 0
        self._deferred: CaseVerdicts = []

    def observe(self, generated: GeneratedInput, exchange: Exchange) -> CaseVerdicts:
        """Count an exchange; return the deferred verdicts that it confirms."""
        if generated.scenario is not Scenario.VALID or exchange.turn:
            return []
        self.answered += exchange.has_response
        return self._take_deferred() if self.answered >= self.needed else []

    def _take_deferred(self) -> CaseVerdicts:
        deferred, self._deferred = self._deferred, []
        return deferred

    def defer(self, case: Case, verdict: Verdict) -> bool:
        """Store a verdict that is not confirmed yet; return whether it was stored."""
        generated = _input_of(case)
        needs_rejection = generated is not None and generated.scenario in BROKEN
        if verdict.outcome is not Outcome.PASSED or not needs_rejection:
            return False
        if self.answered >= self.needed:
            return False
        self._deferred.append((case, verdict))
        return True

    def close(self, profile: str) -> CaseVerdicts:
        """Return the verdicts that are still deferred, as inconclusive."""
        reason = (
            f"only {self.answered} of {self.valid} valid generated requests were"
            f" answered, so rejections prove nothing ({self.needed} are required)"
        )
        return [
            (case, case.without_findings(profile, Outcome.INCONCLUSIVE, reason))
            for case, _ in self._take_deferred()
        ]
