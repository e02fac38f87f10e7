"""What a run will do, known before anything is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.contract.catalogue import Catalogue
from conformance.contract.probes.capabilities import CAPABILITY_PROBES
from conformance.contract.schema import generated_requests
from conformance.errors import UnknownName
from conformance.model.case import Case
from conformance.model.check import Check
from conformance.model.generated_input import PREFIX
from conformance.model.probe import Probe
from conformance.model.requirement import Capability, Level
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome, Verdict

_RANK = list(Level)

GENERATED_SECTION: Final = generated_requests.FITS.section
"""The section whose cases are generated requests."""


@dataclass(frozen=True)
class Plan:
    """The cases to judge, the probes to hold for them, and what is left out."""

    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
    skipped: tuple[Verdict, ...]

    @property
    def model_responses(self) -> int:
        """Return how many answers a conforming server will make."""
        return sum(probe.model_responses for probe in self.probes)

    @property
    def rejections(self) -> int:
        """Return how many refusals it will make, which are free."""
        return sum(probe.rejections for probe in self.probes)

    @property
    def max_output_tokens(self) -> int:
        """Return the most output tokens that those answers should take."""
        return sum(probe.max_output_tokens for probe in self.probes)


def cases_of(check: Check) -> tuple[Case, ...]:
    """Return the cases of one check: one, or one for each of its probes."""
    if check.scope:
        return (Case(check, None),)
    return tuple(Case(check, probe) for probe in check.probes)


def _why_not(
    check: Check, probe: Probe | None, settings: Settings, chosen: set[str]
) -> str:
    """Say why a case is not run, or nothing when it is."""
    requirement = check.requirement
    level = requirement.level_in(settings.profile.name)
    if requirement.since > settings.catalogue:
        return f"added since: in the catalogue of {requirement.since}"
    if requirement.id not in chosen:
        return "not among what --only names"
    if _RANK.index(level) > _RANK.index(settings.level):
        return f"below --level {settings.level.lower()}"
    if probe and probe.second_key and not settings.second_key:
        return "needs a second key (--second-key-env)"
    if requirement.section == GENERATED_SECTION and settings.generated == 0:
        return "no generated inputs (--generated 0)"
    return check.dependency.missing_reason() if check.dependency else ""


def _wanted(cases: Iterable[Case], spare: Iterable[Probe]) -> Iterable[Probe]:
    """Yield what is to be held for the cases, some of it several times.

    A universal clause about generated requests takes those that are sent for other
    cases; where there are none it needs the ``spare`` ones.
    """
    some = False
    for case in cases:
        yield from (case.probe,) if case.probe else case.check.probes
        some = some or bool(case.probe and case.probe.name.startswith(PREFIX))
    if not some and any(
        c.check.requirement.section == GENERATED_SECTION for c in cases
    ):
        yield from spare


def _needed(
    cases: tuple[Case, ...], settings: Settings, spare: Iterable[Probe]
) -> tuple[Probe, ...]:
    """Return each probe once, behind the openings of what it needs."""
    if settings.case:
        named = [case for case in cases if case.probe] or cases
        return tuple(dict.fromkeys(_wanted(named, spare)))
    wanted = [
        probe
        for probe in dict.fromkeys(_wanted(cases, spare))
        if settings.second_key or not probe.second_key
    ]
    needs = {probe.needs for probe in wanted} | {Capability.CORE}
    openings = [probe for needed, probe in CAPABILITY_PROBES.items() if needed in needs]
    return tuple(dict.fromkeys((*openings, *wanted))) if wanted else ()


def _alone(cases: list[Case], name: str) -> list[Case]:
    """Return the case of that name; raises ``UnknownName``.

    With a generated one go the universal clauses, which are half of what is to be
    said of it.
    """
    probes = {name, PREFIX + name}
    found = [c for c in cases if c.id == name or (c.probe and c.probe.name in probes)]
    if not found:
        known = {c.probe.name.removeprefix(PREFIX) if c.probe else c.id for c in cases}
        raise UnknownName.of("case", name, known)
    if any(case.probe and case.probe.optional_turns for case in found):
        found += [case for case in cases if case.probe is None]
    return found


def plan(
    catalogue: Catalogue, settings: Settings, recorded: list[Case] | None = None
) -> Plan:
    """Choose what to do; raises ``UnknownName`` for an unknown ``--only`` or case.

    ``recorded`` takes the place of the generated cases where they are on record.
    """
    chosen = {check.requirement.id for check in catalogue.select(settings.only)}
    profile = settings.profile.name
    cases, left_out, drawn = list[Case](), list[Verdict](), dict[str, Check]()
    for check in catalogue.for_profile(settings.profile):
        for case in cases_of(check) or (Case(check, None),):
            why = _why_not(check, case.probe, settings, chosen)
            if why:
                left_out.append(case.without_findings(profile, Outcome.NOT_RUN, why))
            elif check.scope or case.probe:
                cases.append(case)
            else:
                drawn[check.requirement.id] = check
    spare = list[Probe]()
    if drawn or any(
        case.check.requirement.section == GENERATED_SECTION for case in cases
    ):
        made = [*_drawn(settings)] if recorded is None else recorded
        cases += [case for case in made if case.check.requirement.id in drawn]
        spare = [case.probe for case in made if case.probe]
        tried = {case.check.requirement.id for case in made}
        none = "no generated input of this run tries it"
        left_out += [
            Case(check, None).without_findings(profile, Outcome.NOT_RUN, none)
            for id_, check in drawn.items()
            if id_ not in tried
        ]
    if settings.case:
        cases = _alone(cases, settings.case)
    kept = tuple(cases)
    return Plan(kept, _needed(kept, settings, spare), tuple(left_out))


def _drawn(settings: Settings) -> Iterable[Case]:
    """Return the generated cases; one that is named may be any of the corpus."""
    number = None if settings.case else settings.generated
    return generated_requests.cases(settings.seed, number, shrink=settings.shrink)


def restrict_to(whole: Plan, ids: set[str], settings: Settings) -> Plan:
    """Return the plan for those cases alone that a test runner has selected."""
    kept = tuple(case for case in whole.cases if case.id in ids)
    dropped = tuple(
        case.without_findings(settings.profile.name, Outcome.NOT_RUN, "deselected")
        for case in whole.cases
        if case.id not in ids
    )
    spare = [probe for probe in whole.probes if probe.name.startswith(PREFIX)]
    probes = _needed(kept, settings, spare)
    return Plan(kept, probes, (*whole.skipped, *dropped))
