"""What the suite says of itself: its requirements, its faults, and what they cover."""

from collections.abc import Iterator

from conformance.catalogue import VERSION, catalogue
from conformance.core.profile import profile_named
from conformance.core.requirement import Requirement
from conformance.known_defects import covered_defects, known_defects
from conformance.reference.faults import FAULTS


def listing(profile: str) -> str:
    """List the requirements of a profile by section; raises ``UnknownName``."""
    chosen = profile_named(profile)
    lines = [f"catalogue {VERSION}, profile {chosen.name}: {chosen.text}"]
    section = ""
    for check in catalogue().held_by(chosen):
        requirement = check.requirement
        if requirement.section != section:
            section = requirement.section
            lines += ["", section]
        level = requirement.level_in(chosen.name)
        lines.append(f"  {level:<7}{requirement.id}  {requirement.text}")
    for untested in catalogue().untested:
        lines.append(f"  not tested: {untested.requirement.id}: {untested.because}")
    return "\n".join(lines) + "\n"


def _breaking(requirement: Requirement) -> Iterator[str]:
    for fault in FAULTS.values():
        if requirement.id in fault.breaks:
            yield f"  {fault.name}: {fault.text}"


def explained(id_: str) -> str:
    """Tell all about one requirement; raises ``UnknownName`` with a near miss."""
    check = catalogue().find(id_)
    requirement = check.requirement
    judged_on = (
        check.subject.name
        if check.subject
        else "; ".join(f"{p.name} ({p.text})" for p in check.probes)
    )
    lines = [
        f"{requirement.level}  {requirement.id}",
        requirement.text,
        f"source: {requirement.source}",
        f"needs: {requirement.needs}",
        f"judged on: {judged_on}",
        f"judged: {check.text}",
    ]
    lines += [f"in profile {p}: {lv}" for p, lv in requirement.levels.items()]
    if requirement.cause:
        lines.append(f"likely cause of a failure: {requirement.cause}")
    if faults := list(_breaking(requirement)):
        lines += ["faults of the embedded gateway that break it:", *faults]
    return "\n".join(lines) + "\n"


def fault_list() -> str:
    """List the faults of the embedded gateway, with what they break."""
    return "".join(
        f"{name}: {fault.text}\n    breaks {', '.join(sorted(fault.breaks))}\n"
        for name, fault in sorted(FAULTS.items())
    )


def coverage() -> str:
    """Count the known kinds of defects: those caught, and those not, with reasons."""
    known = known_defects()
    covered = covered_defects()
    open_ = [defect for defect in known if defect.id not in covered]
    seen = [defect for defect in known if defect.shows_outside]
    judged = sum(defect.id in covered for defect in seen)
    lines = [
        f"{len(known)} kinds of defects are known from the field:",
        f"  {len(known) - len(open_)} are caught by a requirement that has a fault,",
        f"  {len(open_)} are not tested, each for its reason.",
        f"Of the {len(seen)} that plain requests, pairs of them, a second key or a",
        f"burst can show, {judged} are caught and {len(seen) - judged} are not tested.",
        "",
        "not tested:",
    ]
    lines += [f"  {d.id}  {d.defect}: {d.untested_because}" for d in open_]
    return "\n".join(lines) + "\n"
