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

    ``missing_reason`` returns why the dependency cannot be used, or an empty string if
    it can. ``load`` receives the profile's name, and does nothing if that profile does
    not use the dependency. A run calls ``load`` while requests are in progress. With
    ``load_before_evaluation``, the run evaluates no response before ``load`` returns.
    """

    missing_reason: Callable[[], str]
    load: Callable[[str], None]
    load_before_evaluation: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """The function that evaluates one requirement, and what it is called with.

    A check with a ``scope`` is universal: it is evaluated on every exchange of the run,
    and ``probes`` only names the probes that must run so that the scope has something
    to select. Any other check is evaluated once for each of its ``probes``. With
    ``wants_profile``, ``function`` receives the profile's name as the keyword argument
    ``profile``.
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
        """Call the function with ``args`` and return its findings.

        An ``UnexpectedValue`` that ends the function early becomes the last finding.
        """
        found = list[Finding]()
        keywords = {"profile": profile} if self.wants_profile else {}
        try:
            for finding in self.function(*args, **keywords):
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
    tuple of them for a turn with concurrent requests. With a scope, it receives the
    arguments that the scope selects. If the scope collects observations, it receives
    the list of all observations of the run instead. The function yields a ``Finding``
    for each violation; the check passes if the function yields nothing. If the function
    has a parameter ``profile``, it also receives the profile's name.

    ``exercised_by`` names the probes that must run for a universal check. The check is
    skipped if its ``dependency`` cannot be used.
    """
    scope = on if isinstance(on, Scope) else None
    one_or_more = exercised_by if isinstance(on, Scope) else on
    probes = one_or_more if isinstance(one_or_more, tuple) else (one_or_more,)

    def bind(function: CheckFunction) -> Check:
        wants_profile = "profile" in inspect.signature(function).parameters
        return Check(requirement, function, probes, scope, wants_profile, dependency)

    return bind
