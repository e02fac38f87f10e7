"""Whether the refusals of generated requests prove anything.

A server that refuses good requests as readily as bad ones has not shown that it reads
them. So the verdicts that rest on a refusal wait until a share of the good ones was
answered; where that never happens they are inconclusive.
"""

import math
from collections.abc import Iterable
from typing import Final

from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.model.verdict import Outcome, Verdict

SHARE: Final = 0.25
"""Share of the valid generated requests that have to be answered.

Many of them ask for what a good server may refuse: an unknown previous response, a
tool that is not there, a temperature beyond reason.
"""

Waiting = list[tuple[Case, Verdict]]


def _drawn(case: Case) -> GeneratedInput | None:
    return GeneratedInput.of(case.probe.name) if case.probe else None


class AcceptanceThreshold:
    """What the answers of a run have earned so far for its refusals."""

    def __init__(self, cases: Iterable[Case]) -> None:
        names = (_drawn(case) for case in cases)
        self.valid = sum(d is not None and d.scenario is Scenario.VALID for d in names)
        self.needed = math.ceil(self.valid * SHARE)
        self.answered = 0
        self._waiting: Waiting = []

    def hear(self, drawn: GeneratedInput, exchange: Exchange) -> Waiting:
        """Count an answer; return the verdicts that it sets free, usually none."""
        if drawn.scenario is not Scenario.VALID or exchange.turn:
            return []
        self.answered += exchange.has_response
        return self._released() if self.answered >= self.needed else []

    def _released(self) -> Waiting:
        free, self._waiting = self._waiting, []
        return free

    def holds_back(self, case: Case, verdict: Verdict) -> bool:
        """Say whether a verdict has to wait, and keep it if so."""
        drawn = _drawn(case)
        rests_on_refusal = drawn is not None and drawn.scenario in BROKEN
        if verdict.outcome is not Outcome.PASSED or not rests_on_refusal:
            return False
        if self.answered >= self.needed:
            return False
        self._waiting.append((case, verdict))
        return True

    def close(self, profile: str) -> Waiting:
        """Return what still waits, as inconclusive."""
        why = (
            f"only {self.answered} of {self.valid} valid generated requests were"
            f" answered, so that a refusal proves nothing ({self.needed} would do)"
        )
        return [
            (case, case.without_findings(profile, Outcome.INCONCLUSIVE, why))
            for case, _ in self._released()
        ]
