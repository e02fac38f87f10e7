"""A check: the pure function that evaluates one requirement."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.model.node import Finding, UnexpectedValue
from conformance.model.probe import Probe
from conformance.model.requirement import Requirement
from conformance.model.scope import Scope

Findings = Iterator[Finding]
CheckFunction = Callable[..., Findings]


@dataclass(frozen=True, slots=True)
class OptionalDependency:
    """A dependency of checks that is slow to load and may not be installed.

    ``missing_reason`` returns why it cannot be used, or an empty string. ``load``
    receives the profile's name; it does nothing if there is nothing to load. It is
    called while requests are under way. With ``load_before_evaluation``, no response is
    evaluated before it has returned.
    """

    missing_reason: Callable[[], str]
    load: Callable[[str], None]
    load_before_evaluation: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """The function that evaluates one requirement, and what it is called with.

    A check with a ``scope`` is universal: it is evaluated on every exchange of the run,
    and ``probes`` only names the probes that must run so that the scope has something
    to select. Any other check is evaluated once for each of its ``probes``.
    """

    requirement: Requirement
    function: CheckFunction
    probes: tuple[Probe, ...]
    scope: Scope | None = None
    wants_profile: bool = False
    dependency: OptionalDependency | None = None

    @property
    def text(self) -> str:
        """Return the docstring of the function, without its indentation."""
        return inspect.getdoc(self.function) or ""

    def findings(self, profile: str, *args: object) -> list[Finding]:
        """Call the function and return its findings.

        An ``UnexpectedValue`` that ends the function early becomes the last finding.
        """
        found = list[Finding]()
        extra = {"profile": profile} if self.wants_profile else {}
        try:
            for finding in self.function(*args, **extra):
                found.append(finding)
        except UnexpectedValue as error:
            found.append(error.finding)
        return found


def check(
    requirement: Requirement,
    *,
    on: Probe | tuple[Probe, ...] | Scope,
    exercised_by: Probe | tuple[Probe, ...] = (),
    dependency: OptionalDependency | None = None,
) -> Callable[[CheckFunction], Check]:
    """Make the decorated function the check of ``requirement``.

    With a probe as ``on``, the function receives one ``Exchange`` for each turn, or a
    tuple of them for a turn with concurrent requests. With a scope, it receives what
    the scope selects, or the list of all observations. It yields a ``Finding`` for each
    violation; a function that yields nothing passes. If it has a keyword parameter
    ``profile``, it receives the profile's name.

    ``exercised_by`` names the probes that must run for a universal check. Without its
    ``dependency`` the check is skipped.
    """
    scope = on if isinstance(on, Scope) else None
    named = exercised_by if isinstance(on, Scope) else on
    probes = named if isinstance(named, tuple) else (named,)

    def bind(function: CheckFunction) -> Check:
        wants_profile = "profile" in inspect.signature(function).parameters
        return Check(requirement, function, probes, scope, wants_profile, dependency)

    return bind
