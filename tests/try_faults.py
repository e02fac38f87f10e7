"""Try the faults of some sections: ``python -m tests.try_faults usage``.

Prints what does not pass on the sound gateway, and for each fault of the sections
what it should trip and what it tripped. ``--blank`` judges empty answers instead.
"""

import argparse
import sys

from conformance.contract.catalogue import catalogue
from conformance.model.verdict import Outcome, Verdict
from conformance.reference.faults import FAULTS
from tests.empty_responses import satisfied_by_nothing
from tests.fault_servers import FaultServers, fault_servers, tripped

_QUIET = {Outcome.PASSED, Outcome.NOT_RUN}


def _show(verdicts: tuple[Verdict, ...]) -> None:
    for verdict in verdicts:
        if verdict.outcome not in _QUIET:
            print(verdict)  # noqa: T201 -- a tool for a terminal


def _try_sound(town: FaultServers, sections: list[str]) -> None:
    report = town.judge("sound")
    _show(report.verdicts)
    named = [v for v in report.verdicts if v.requirement.section in sections]
    passed = sum(v.outcome is Outcome.PASSED for v in named)
    print(f"sound: {passed} of {len(named)} cases pass; {report.run.cost}")  # noqa: T201 -- as above


def _try_faults(town: FaultServers, sections: list[str]) -> bool:
    right = True
    for name, fault in FAULTS.items():
        if fault.profiles is not None and town.profile not in fault.profiles:
            continue
        if not any(id_.partition(".")[0] in sections for id_ in fault.breaks):
            continue
        report = town.judge(name)
        got = tripped(report)
        same = got == fault.breaks
        right &= same
        print(f"{'ok  ' if same else 'OFF '} {name}: {sorted(fault.breaks)}")  # noqa: T201 -- as above
        if not same:
            print(f"     tripped {sorted(got)}")  # noqa: T201 -- as above
            _show(tuple(v for v in report.verdicts if v.outcome is Outcome.ERROR))
    return right


def main() -> int:
    """Try what the command line names; 1 when a fault trips something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="+")
    parser.add_argument("--blank", action="store_true")
    parser.add_argument("--profile", default="newapi")
    asked = parser.parse_args()
    if asked.blank:
        found = satisfied_by_nothing(asked.profile, asked.sections)
        print("\n".join(found) or "nothing satisfies nothing")  # noqa: T201 -- as above
        return bool(found)
    checks = [c for c in catalogue().checks if c.requirement.section in asked.sections]
    covered = {id_ for fault in FAULTS.values() for id_ in fault.breaks}
    for check in checks:
        if check.requirement.id not in covered:
            print(f"no fault breaks {check.requirement.id}")  # noqa: T201 -- as above
    with fault_servers(
        {name: (fault,) for name, fault in FAULTS.items()}, asked.profile
    ) as t:
        _try_sound(t, asked.sections)
        return not _try_faults(t, asked.sections)


if __name__ == "__main__":
    sys.exit(main())
