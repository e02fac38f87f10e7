"""``conformance list``: the requirements of a profile, and the known defects."""

from conformance.contract.catalogue import catalogue
from conformance.contract.known_defects import covered_defects, known_defects
from conformance.model.profile import profile_named
from conformance.model.requirement import CATALOGUE


def list_requirements(profile: str) -> str:
    """List the requirements of a profile by section; raises ``UnknownName``."""
    chosen = profile_named(profile)
    lines = [f"catalogue {CATALOGUE}, profile {chosen.name}: {chosen.text}"]
    section = ""
    for check in catalogue().for_profile(chosen):
        requirement = check.requirement
        if requirement.section != section:
            section = requirement.section
            lines += ["", section]
        level = requirement.level_in(chosen.name)
        lines.append(f"  {level:<7}{requirement.id}  {requirement.text}")
    for untested in catalogue().untested:
        lines.append(f"  not tested: {untested.requirement.id}: {untested.because}")
    return "\n".join(lines) + "\n"


def describe_coverage() -> str:
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
