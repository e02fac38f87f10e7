"""Every exception that conformance raises on purpose.

* ConformanceError       base class: the run cannot produce a result; exit code 2
  * UnknownName          a name given by the user does not exist
  * ConfigurationError   a flag, an environment variable or a file has an invalid value
  * InvalidJournal       a file is not a journal, or its run did not finish
  * InvalidReport        a file or directory does not contain a report
  * TargetUnreachable    no connection to the target could be opened; exit code 3

A server that misbehaves is never an exception: it is a ``Finding``.
"""

import difflib
from collections.abc import Iterable
from typing import ClassVar, Final, Self

INTERNAL_ERROR: Final = 4
"""Exit code for a bug in conformance; 1 would mean that a MUST requirement failed."""


class ConformanceError(Exception):
    """Something other than the target's behavior stopped the run.

    ``message`` says what is wrong, where, and what was expected. ``hint`` says what the
    user can do next.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Return the message, and the hint on a second line."""
        return f"{self.message}\n  hint: {self.hint}" if self.hint else self.message


class UnknownName(ConformanceError):
    """A name given by the user does not exist."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str]) -> Self:
        """Return the error for ``name``, with the closest known name as a hint.

        ``kind`` says what has the name, such as ``profile``. If no known name is
        similar, the hint lists all of them.
        """
        names = sorted(str(each) for each in known)
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
        hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names)}"
        return cls(f"unknown {kind}: {name!r}", hint)


class ConfigurationError(ConformanceError):
    """A flag, an environment variable or a file has an invalid value."""


class InvalidJournal(ConformanceError):
    """A file is not a journal, or the run that wrote it did not finish."""


class InvalidReport(ConformanceError):
    """A file or directory does not contain a report."""


class TargetUnreachable(ConformanceError):
    """No connection to the target could be opened, so nothing was tested."""

    exit_code = 3
