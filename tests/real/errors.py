"""What goes wrong around a real server, as a tree.

RealServerError
├── UnknownTarget    no target has that name
├── NotInstalled     its packages are not in the cache folder
├── InstallFailed    its package manager ended with an error
├── DidNotStart      it ended, or stayed silent past its deadline
└── CannotJudge      `conformance` is missing, or wrote no report
"""


class RealServerError(Exception):
    """Anything that is not the verdict on a server."""


class UnknownTarget(RealServerError):
    """No target has that name."""


class NotInstalled(RealServerError):
    """The packages of a server are not in the cache folder."""


class InstallFailed(RealServerError):
    """A package manager, or a step after it, ended with an error."""


class DidNotStart(RealServerError):
    """A server ended before it was ready, or was not ready in time."""


class CannotJudge(RealServerError):
    """The judge is missing, or it left no report."""
