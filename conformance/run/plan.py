"""What a run will do, known before anything is sent."""

from dataclasses import dataclass

from conformance.catalogue import Catalogue
from conformance.core.check import Check
from conformance.core.judgement import Case
from conformance.core.probe import Probe
from conformance.core.requirement import Capability, Level
from conformance.core.verdict import Outcome, Verdict
from conformance.run.settings import Settings
from conformance.spec.probes.openings import OPENINGS

_RANK = list(Level)


@dataclass(frozen=True)
class Plan:
    """The cases to judge, the probes to hold for them, and what is left out."""

    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
    left_out: tuple[Verdict, ...]

    @property
    def answers(self) -> int:
        """Return how many answers a conforming server will make."""
        return sum(probe.answers for probe in self.probes)

    @property
    def refusals(self) -> int:
        """Return how many refusals it will make, which are free."""
        return sum(probe.refusals for probe in self.probes)

    @property
    def tokens(self) -> int:
        """Return the most output tokens that those answers should take."""
        return sum(probe.tokens for probe in self.probes)


def cases_of(check: Check) -> tuple[Case, ...]:
    """Return the cases of one check: one, or one for each of its probes."""
    if check.subject:
        return (Case(check, None),)
    return tuple(Case(check, probe) for probe in check.probes)


def _why_not(case: Case, settings: Settings, chosen: set[str]) -> str:
    """Say why a case is not run, or nothing when it is."""
    requirement = case.check.requirement
    level = requirement.level_in(settings.profile.name)
    if requirement.id not in chosen:
        return "not among what --only names"
    if _RANK.index(level) > _RANK.index(settings.level):
        return f"below --level {settings.level.lower()}"
    if case.probe and case.probe.second_key and not settings.second_key:
        return "needs a second key (--second-key-env)"
    return ""


def _needed(cases: tuple[Case, ...], second_key: bool) -> tuple[Probe, ...]:  # noqa: FBT001 -- a fact, not a switch
    """Return each probe once, behind the openings of what it needs."""
    wanted = dict.fromkeys(
        probe
        for case in cases
        for probe in ((case.probe,) if case.probe else case.check.probes)
        if second_key or not probe.second_key
    )
    needs = {probe.needs for probe in wanted} | {Capability.CORE}
    openings = [probe for needed, probe in OPENINGS.items() if needed in needs]
    return tuple(dict.fromkeys((*openings, *wanted))) if wanted else ()


def plan(catalogue: Catalogue, settings: Settings) -> Plan:
    """Choose what to do; raises ``UnknownName`` for an unknown ``--only``."""
    chosen = {check.requirement.id for check in catalogue.chosen(settings.only)}
    cases, left_out = list[Case](), list[Verdict]()
    for check in catalogue.held_by(settings.profile):
        for case in cases_of(check):
            if why := _why_not(case, settings, chosen):
                profile = settings.profile.name
                left_out.append(case.settled(profile, Outcome.NOT_RUN, why))
            else:
                cases.append(case)
    probes = _needed(tuple(cases), bool(settings.second_key))
    return Plan(tuple(cases), probes, tuple(left_out))


def narrowed(whole: Plan, ids: set[str], settings: Settings) -> Plan:
    """Return the plan for those cases alone that a test runner has selected."""
    kept = tuple(case for case in whole.cases if case.id in ids)
    dropped = tuple(
        case.settled(settings.profile.name, Outcome.NOT_RUN, "deselected")
        for case in whole.cases
        if case.id not in ids
    )
    probes = _needed(kept, bool(settings.second_key))
    return Plan(kept, probes, (*whole.left_out, *dropped))
