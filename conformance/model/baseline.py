"""Failures that a user knows of and has excused, each with a reason and an end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from conformance.model.verdict import Outcome

STALE: Final = "stale"
EXPIRED: Final = "expired"


@dataclass(frozen=True)
class ExpectedFailure:
    """One known failure: the requirement, why it is excused, and until when.

    ``target`` narrows it to URLs that begin so; ``issue`` links to where it is
    followed; ``expires`` is the last day on which it counts.
    """

    requirement: str
    reason: str
    target: str = ""
    issue: str = ""
    expires: date | None = None

    def applies_to(self, url: str) -> bool:
        """Say whether the excuse is for the target at ``url``."""
        base = self.target.rstrip("/")
        return not base or url == base or url.startswith(f"{base}/")

    def is_expired(self, today: date) -> bool:
        """Say whether its last day has passed."""
        return self.expires is not None and self.expires < today

    def __str__(self) -> str:
        """Return the reason, with the issue and the last day."""
        parts = [self.reason, self.issue, self.expires and f"until {self.expires}"]
        return ", ".join(str(part) for part in parts if part)


@dataclass(frozen=True)
class BaselineProblem:
    """An entry that must be mended: it is stale, or it has expired."""

    requirement: str
    problem: str
    text: str


@dataclass(frozen=True)
class Baseline:
    """All excuses of one file, and the day on which they are read."""

    entries: tuple[ExpectedFailure, ...] = ()
    today: date = date.min
    path: str = ""

    def _for(self, requirement: str, url: str) -> ExpectedFailure | None:
        fitting = (e for e in self.entries if e.requirement == requirement)
        return next((e for e in fitting if e.applies_to(url)), None)

    def expected_failure(self, requirement: str, url: str) -> ExpectedFailure | None:
        """Return the excuse for a failure, unless it has expired."""
        found = self._for(requirement, url)
        return found if found and not found.is_expired(self.today) else None

    def problems(
        self, outcomes: Iterable[tuple[str, Outcome]], url: str
    ) -> tuple[BaselineProblem, ...]:
        """Return the entries that no longer hold, given each requirement's outcome.

        Stale is an entry whose requirement now passes. What could not be judged, or
        was not run, neither uses an entry nor makes it stale.
        """
        found = []
        for requirement, outcome in outcomes:
            excuse = self._for(requirement, url)
            if excuse is None:
                continue
            if outcome is Outcome.PASSED:
                text = f"it passes now; take it out of {self.path}"
                found.append(BaselineProblem(requirement, STALE, text))
            elif excuse.is_expired(self.today):
                text = f"its excuse ended on {excuse.expires} ({excuse.reason})"
                found.append(BaselineProblem(requirement, EXPIRED, text))
        return tuple(found)
