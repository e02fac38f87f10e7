"""Every error the suite raises on purpose.

* SuiteError             base: the run cannot give an answer; exit code 2
  * UnknownName          a name from the user matches nothing we have
  * BadSetting           a flag, variable or file value cannot be used
  * BadJournal           a journal is not one of ours, or is cut short
  * BadReport            a directory or file given as a report holds none
  * TargetUnreachable    no connection to the target at all; exit code 3

A server that misbehaves is never an exception: it is a ``Finding``.
"""

import difflib
from collections.abc import Iterable
from typing import ClassVar, Final, Self

INTERNAL_ERROR: Final = 4
"""The exit code of a defect of ours; 1 would read as a broken MUST."""


class ConformanceError(Exception):
    """Something outside the target's behaviour stopped the run.

    ``message`` says what is wrong, where, what was wanted and what was got;
    ``hint`` says what the reader can do next.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, with the hint on a line of its own."""
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UnknownName(ConformanceError):
    """A name given by the user matches nothing we have."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str]) -> Self:
        """Name what was asked for, and the nearest thing that exists."""
        known = sorted(str(one) for one in known)
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
        return cls(f"no {kind} is called {name!r}", hint)


class ConfigurationError(ConformanceError):
    """A flag, an environment variable or a file holds what cannot be used."""


class InvalidJournal(ConformanceError):
    """A file given as a journal was not written by a run, or not to its end."""


class InvalidReport(ConformanceError):
    """A directory or file given as a report does not hold one."""


class TargetUnreachable(ConformanceError):
    """No connection to the target came about, so nothing can be said of it."""

    exit_code = 3
