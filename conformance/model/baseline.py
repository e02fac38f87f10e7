"""Expected failures from a baseline file, each with a reason and an optional expiry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from conformance.model.verdict import Outcome

STALE: Final = "stale"
"""``BaselineProblem.problem`` of an entry whose requirement passes."""

EXPIRED: Final = "expired"
"""``BaselineProblem.problem`` of an entry whose last day has passed."""


@dataclass(frozen=True)
class ExpectedFailure:
    """One entry of the baseline: a requirement that is known to fail, and why.

    ``requirement`` is the id of the requirement. ``target`` limits the entry to this
    URL and the URLs below it; if it is empty, the entry applies to every target.
    ``issue`` links to the issue that tracks the failure. ``expires`` is the last day on
    which the entry applies.
    """

    requirement: str
    reason: str
    target: str = ""
    issue: str = ""
    expires: date | None = None

    def applies_to(self, url: str) -> bool:
        """Return whether the entry applies to the target at ``url``."""
        base = self.target.rstrip("/")
        return not base or url == base or url.startswith(f"{base}/")

    def is_expired(self, today: date) -> bool:
        """Return whether the last day of the entry has passed."""
        return self.expires is not None and self.expires < today

    def __str__(self) -> str:
        """Return the reason, the issue and the last day, separated by commas."""
        parts = [self.reason, self.issue, self.expires and f"until {self.expires}"]
        return ", ".join(str(part) for part in parts if part)


@dataclass(frozen=True)
class BaselineProblem:
    """An entry that the user has to fix: ``problem`` is ``STALE`` or ``EXPIRED``.

    ``requirement`` is the id of the entry's requirement. ``text`` says what
    is wrong.
    """

    requirement: str
    problem: str
    text: str


@dataclass(frozen=True)
class Baseline:
    """The entries of one baseline file.

    An entry has expired if its last day is before ``today``. ``path`` is the path of
    the file, for messages.
    """

    entries: tuple[ExpectedFailure, ...] = ()
    today: date = date.min
    path: str = ""

    def _entry_for(self, requirement: str, url: str) -> ExpectedFailure | None:
        entries = (e for e in self.entries if e.requirement == requirement)
        return next((e for e in entries if e.applies_to(url)), None)

    def expected_failure(self, requirement: str, url: str) -> ExpectedFailure | None:
        """Return the entry for a failed requirement.

        The result is ``None`` if the baseline has no entry or if the entry has expired.
        """
        entry = self._entry_for(requirement, url)
        return entry if entry and not entry.is_expired(self.today) else None

    def problems(
        self, outcomes: Iterable[tuple[str, Outcome]], url: str
    ) -> tuple[BaselineProblem, ...]:
        """Return the stale and expired entries, given the outcome of each requirement.

        An entry is stale if its requirement passes, even if the entry has also expired.
        A requirement that is inconclusive or was not run does not make its entry stale.
        """
        problems = []
        for requirement, outcome in outcomes:
            entry = self._entry_for(requirement, url)
            if entry is None:
                continue
            if outcome is Outcome.PASSED:
                text = f"the requirement passes; remove the entry from {self.path}"
                problems.append(BaselineProblem(requirement, STALE, text))
            elif entry.is_expired(self.today):
                text = f"the entry expired on {entry.expires} ({entry.reason})"
                problems.append(BaselineProblem(requirement, EXPIRED, text))
        return tuple(problems)
