"""Plan a run: which cases to evaluate and which probes to send."""

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

_LEVELS: Final = list(Level)
"""All levels, the strictest first."""

GENERATED_SECTION: Final = generated_requests.MATCHES_DOCUMENT.section
"""The section whose cases are generated requests."""


@dataclass(frozen=True)
class Plan:
    """The cases to evaluate, the probes to send for them, and the skipped cases.

    ``skipped`` has the verdict of each skipped case, with the reason.
    """

    cases: tuple[Case, ...]
    probes: tuple[Probe, ...]
    skipped: tuple[Verdict, ...]

    @property
    def model_responses(self) -> int:
        """Return how many requests a model answers if the server conforms."""
        return sum(probe.model_responses for probe in self.probes)

    @property
    def rejections(self) -> int:
        """Return how many requests a conforming server rejects, at no cost."""
        return sum(probe.rejections for probe in self.probes)

    @property
    def max_output_tokens(self) -> int:
        """Return the maximum number of output tokens of all model responses."""
        return sum(probe.max_output_tokens for probe in self.probes)


def cases_of(check: Check) -> tuple[Case, ...]:
    """Return the cases of one check: one for a universal check, else one per probe."""
    if check.scope:
        return (Case(check, None),)
    return tuple(Case(check, probe) for probe in check.probes)


def _skip_reason(
    check: Check, probe: Probe | None, settings: Settings, selected: set[str]
) -> str:
    """Return the reason a case is skipped, or an empty string if it runs.

    ``selected`` has the ids of the requirements that ``--only`` selects.
    """
    requirement = check.requirement
    level = requirement.level_in(settings.profile.name)
    if requirement.since > settings.catalogue:
        return f"added since: in the catalogue of {requirement.since}"
    if requirement.id not in selected:
        return "not selected by --only"
    if _LEVELS.index(level) > _LEVELS.index(settings.level):
        return f"below --level {settings.level.lower()}"
    if probe and probe.second_key and not settings.second_key:
        return "needs a second key (--second-key-env)"
    if requirement.section == GENERATED_SECTION and settings.generated == 0:
        return "no generated inputs (--generated 0)"
    return check.dependency.missing_reason() if check.dependency else ""


def _required_probes(
    cases: Iterable[Case], generated_probes: Iterable[Probe]
) -> Iterable[Probe]:
    """Yield the probes that the cases need; a probe may occur more than once.

    A universal check on generated requests uses the generated requests that are sent
    for other cases. If no other case sends one, the check needs all
    ``generated_probes``.
    """
    has_generated = False
    for case in cases:
        yield from (case.probe,) if case.probe else case.check.probes
        if case.probe and case.probe.name.startswith(PREFIX):
            has_generated = True
    if not has_generated and any(
        c.check.requirement.section == GENERATED_SECTION for c in cases
    ):
        yield from generated_probes


def _with_capability_probes(
    cases: tuple[Case, ...], settings: Settings, generated_probes: Iterable[Probe]
) -> tuple[Probe, ...]:
    """Return each required probe once, after the probes of the capabilities it needs.

    With ``--case``, no capability probes are sent.
    """
    if settings.case:
        cases_to_send = [case for case in cases if case.probe] or cases
        return tuple(dict.fromkeys(_required_probes(cases_to_send, generated_probes)))
    required = [
        probe
        for probe in dict.fromkeys(_required_probes(cases, generated_probes))
        if settings.second_key or not probe.second_key
    ]
    needs = {probe.needs for probe in required} | {Capability.CORE}
    capability_probes = [
        probe for capability, probe in CAPABILITY_PROBES.items() if capability in needs
    ]
    return tuple(dict.fromkeys((*capability_probes, *required))) if required else ()


def _single_case(cases: list[Case], name: str) -> list[Case]:
    """Return the case with this id, or all cases of the probe with this name.

    Raises ``UnknownName`` if there is none. A generated case is returned together with
    the cases of all universal checks, because those also evaluate its exchange.
    """
    names = {name, PREFIX + name}
    found = [c for c in cases if c.id == name or (c.probe and c.probe.name in names)]
    if not found:
        known = {c.probe.name.removeprefix(PREFIX) if c.probe else c.id for c in cases}
        raise UnknownName.of("case", name, known)
    if any(case.probe and case.probe.optional_turns for case in found):
        found += [case for case in cases if case.probe is None]
    return found


def plan(
    catalogue: Catalogue, settings: Settings, recorded: list[Case] | None = None
) -> Plan:
    """Return the plan of a run.

    ``recorded`` contains the generated cases of a journal. A replay evaluates them
    instead of those that ``settings`` would select. Raises ``UnknownName`` for an
    unknown name in ``--only`` or ``--case``.
    """
    selected = {check.requirement.id for check in catalogue.select(settings.only)}
    profile = settings.profile.name
    cases, skipped = list[Case](), list[Verdict]()
    checks_of_generated = dict[str, Check]()
    for check in catalogue.for_profile(settings.profile):
        # A check without scope and without probes is evaluated on generated requests.
        for case in cases_of(check) or (Case(check, None),):
            reason = _skip_reason(check, case.probe, settings, selected)
            if reason:
                skipped.append(case.without_findings(profile, Outcome.NOT_RUN, reason))
            elif check.scope or case.probe:
                cases.append(case)
            else:
                checks_of_generated[check.requirement.id] = check
    generated_probes = list[Probe]()
    if checks_of_generated or any(
        case.check.requirement.section == GENERATED_SECTION for case in cases
    ):
        generated = [*_generated_cases(settings)] if recorded is None else recorded
        cases += [
            case
            for case in generated
            if case.check.requirement.id in checks_of_generated
        ]
        generated_probes = [case.probe for case in generated if case.probe]
        tested = {case.check.requirement.id for case in generated}
        reason = "no generated request in this run tests it"
        skipped += [
            Case(check, None).without_findings(profile, Outcome.NOT_RUN, reason)
            for id_, check in checks_of_generated.items()
            if id_ not in tested
        ]
    if settings.case:
        cases = _single_case(cases, settings.case)
    planned = tuple(cases)
    probes = _with_capability_probes(planned, settings, generated_probes)
    return Plan(planned, probes, tuple(skipped))


def _generated_cases(settings: Settings) -> Iterable[Case]:
    """Return the generated cases; ``--case`` may name any case of the corpus."""
    number = None if settings.case else settings.generated
    return generated_requests.cases(settings.seed, number, shrink=settings.shrink)


def restrict_to(full: Plan, ids: set[str], settings: Settings) -> Plan:
    """Return a plan with the cases of ``full`` whose id is in ``ids``.

    The other cases of ``full`` are skipped.
    """
    cases = tuple(case for case in full.cases if case.id in ids)
    deselected = tuple(
        case.without_findings(settings.profile.name, Outcome.NOT_RUN, "deselected")
        for case in full.cases
        if case.id not in ids
    )
    generated = [probe for probe in full.probes if probe.name.startswith(PREFIX)]
    probes = _with_capability_probes(cases, settings, generated)
    return Plan(cases, probes, (*full.skipped, *deselected))
