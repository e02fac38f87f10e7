"""``conformance explain``: everything about one requirement."""

from collections.abc import Iterator

from conformance.contract.catalogue import catalogue
from conformance.model.requirement import Requirement
from conformance.reference.faults import FAULTS


def _breaking(requirement: Requirement) -> Iterator[str]:
    for fault in FAULTS.values():
        if requirement.id in fault.breaks:
            yield f"  {fault.name}: {fault.text}"


def explain(id_: str) -> str:
    """Tell all about one requirement; raises ``UnknownName`` with a near miss."""
    check = catalogue().find(id_)
    requirement = check.requirement
    judged_on = (
        check.scope.name
        if check.scope
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
