"""Decide whether rejections of generated requests count as evidence.

A server that rejects valid requests as often as invalid ones has not shown that it
reads the requests. A verdict that is passed because of a rejection is therefore
deferred until the server has answered enough valid generated requests. If the server
does not answer enough of them, the deferred verdicts become inconclusive.
"""

import math
from collections.abc import Iterable
from typing import Final

from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.model.verdict import Outcome, Verdict

SHARE: Final = 0.25
"""Minimum share of the valid generated requests that must be answered, from 0 to 1.

The share is low because a conforming server may reject many valid requests: an unknown
previous response, a tool that does not exist, an extreme temperature.
"""

CaseVerdicts = list[tuple[Case, Verdict]]


def _input_of(case: Case) -> GeneratedInput | None:
    return GeneratedInput.of(case.probe.name) if case.probe else None


class AcceptanceThreshold:
    """Count the valid generated requests that were answered, and defer verdicts.

    ``valid`` is the number of valid generated requests in the plan. ``needed`` is how
    many of them must be answered, ``answered`` how many were answered so far.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        inputs = (_input_of(case) for case in cases)
        self.valid = sum(i is not None and i.scenario is Scenario.VALID for i in inputs)
        self.needed = math.ceil(self.valid * SHARE)
        self.answered = 0
        self._deferred: CaseVerdicts = []

    def observe(self, generated: GeneratedInput, exchange: Exchange) -> CaseVerdicts:
        """Count an exchange; return the deferred verdicts if enough were answered.

        Minimized versions, which are sent in the turns after the first, do not count.
        """
        if generated.scenario is not Scenario.VALID or exchange.turn:
            return []
        self.answered += exchange.has_response
        return self._take_deferred() if self.answered >= self.needed else []

    def _take_deferred(self) -> CaseVerdicts:
        deferred, self._deferred = self._deferred, []
        return deferred

    def defer(self, case: Case, verdict: Verdict) -> bool:
        """Store a verdict that passes only because of a rejection.

        Return whether the verdict was stored. It is not stored if enough valid
        generated requests were answered.
        """
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
