"""How one clause is judged: a pure function from exchanges to findings."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.model.node import Finding, UnexpectedValue
from conformance.model.probe import Probe
from conformance.model.requirement import Requirement
from conformance.model.scope import Scope

Findings = Iterator[Finding]
Judge = Callable[..., Findings]


@dataclass(frozen=True, slots=True)
class OptionalDependency:
    """Something dear that checks judge by, which may not be there.

    ``absent`` says why it is not, or nothing; ``load`` gets the profile's name, and
    does nothing where there is nothing to load. With ``at_once`` it is needed for the
    first answer; otherwise it is loaded while requests are under way.
    """

    missing_reason: Callable[[], str]
    load: Callable[[str], None]
    load_before_run: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """The judgement of one requirement, on probes or on every exchange.

    With ``subject`` it is universal: judged on whatever the run brought, and
    ``probes`` then only name what must be held so that there is something to
    judge. Otherwise it is judged on each of ``probes`` by itself.
    """

    requirement: Requirement
    judge: Judge
    probes: tuple[Probe, ...]
    scope: Scope | None = None
    wants_profile: bool = False
    dependency: OptionalDependency | None = None

    @property
    def text(self) -> str:
        """Return how it is judged, in the words of its docstring."""
        return inspect.getdoc(self.judge) or ""

    def findings(self, profile: str, *args: object) -> list[Finding]:
        """Return what the check finds, and the malformed value that stopped it."""
        found = list[Finding]()
        extra = {"profile": profile} if self.wants_profile else {}
        try:
            for finding in self.judge(*args, **extra):
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
) -> Callable[[Judge], Check]:
    """Make the decorated function the judge of ``requirement``.

    On a probe it receives one ``Exchange`` for each turn (a tuple of them for a
    turn of several requests); on a subject it receives what the subject picks,
    or the list of all notes. It yields a ``Finding`` for each breach; yielding
    nothing is a pass. A keyword parameter ``profile`` gets the profile's name.
    ``exercised_by`` names the probes that a universal check needs to be held. Where
    ``dependency`` is missing, the check is not run.
    """
    scope = on if isinstance(on, Scope) else None
    named = exercised_by if isinstance(on, Scope) else on
    probes = named if isinstance(named, tuple) else (named,)

    def bind(judge: Judge) -> Check:
        wants = "profile" in inspect.signature(judge).parameters
        return Check(requirement, judge, probes, scope, wants, dependency)

    return bind
