"""Errors of installing, starting and testing real servers.

RealServerError
├── UnknownTarget       no target has this name
├── NotInstalled        the packages of a target are not installed
├── InstallFailed       an installation step failed
├── DidNotStart         a server exited, or was not ready in time
└── ConformanceFailed   ``conformance`` is not installed or wrote no report
"""


class RealServerError(Exception):
    """Base class of these errors. None of them is a verdict on a server."""


class UnknownTarget(RealServerError):
    """No target has this name."""


class NotInstalled(RealServerError):
    """The packages of a target are not in the cache directory."""


class InstallFailed(RealServerError):
    """A package manager or a step after it exited with an error."""


class DidNotStart(RealServerError):
    """A server exited before it was ready, or was not ready in time."""


class ConformanceFailed(RealServerError):
    """``conformance`` is not installed, or it wrote no report."""
