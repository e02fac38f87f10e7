"""Run the suite against each fault of a section: ``python -m tests.try_faults usage``.

Prints the cases that do not pass on the conforming gateway. For each fault, prints the
requirements that it declares to break, and those that failed if they differ. With
``--empty``, prints the cases that pass on empty responses instead.
"""

import argparse
import sys

from conformance.contract.catalogue import catalogue
from conformance.model.verdict import Outcome, Verdict
from conformance.reference.faults import FAULTS
from tests.empty_responses import satisfied_by_empty_responses
from tests.fault_servers import FaultServers, failed_ids, fault_servers

_QUIET = {Outcome.PASSED, Outcome.NOT_RUN}


def _show(verdicts: tuple[Verdict, ...]) -> None:
    for verdict in verdicts:
        if verdict.outcome not in _QUIET:
            print(verdict)  # noqa: T201 -- a tool for a terminal


def _try_conforming(servers: FaultServers, sections: list[str]) -> None:
    report = servers.judge("conforming")
    _show(report.verdicts)
    cases = [v for v in report.verdicts if v.requirement.section in sections]
    passed = sum(v.outcome is Outcome.PASSED for v in cases)
    print(f"conforming: {passed} of {len(cases)} cases passed; {report.run.cost}")  # noqa: T201 -- as above


def _try_faults(servers: FaultServers, sections: list[str]) -> bool:
    correct = True
    for name, fault in FAULTS.items():
        if fault.profiles is not None and servers.profile not in fault.profiles:
            continue
        if not any(id_.partition(".")[0] in sections for id_ in fault.breaks):
            continue
        report = servers.judge(name)
        failed = failed_ids(report)
        matches = failed == fault.breaks
        correct &= matches
        print(f"{'ok  ' if matches else 'OFF '} {name}: {sorted(fault.breaks)}")  # noqa: T201 -- as above
        if not matches:
            print(f"     failed {sorted(failed)}")  # noqa: T201 -- as above
            _show(tuple(v for v in report.verdicts if v.outcome is Outcome.ERROR))
    return correct


def main() -> int:
    """Run the command line; return 1 if a fault fails other requirements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sections", nargs="+")
    parser.add_argument("--empty", action="store_true")
    parser.add_argument("--profile", default="newapi")
    options = parser.parse_args()
    if options.empty:
        found = satisfied_by_empty_responses(options.profile, options.sections)
        print("\n".join(found) or "empty responses satisfy no requirement")  # noqa: T201 -- as above
        return bool(found)
    checks = [
        c for c in catalogue().checks if c.requirement.section in options.sections
    ]
    covered = {id_ for fault in FAULTS.values() for id_ in fault.breaks}
    for check in checks:
        if check.requirement.id not in covered:
            print(f"no fault breaks {check.requirement.id}")  # noqa: T201 -- as above
    with fault_servers(
        {name: (fault,) for name, fault in FAULTS.items()}, options.profile
    ) as servers:
        _try_conforming(servers, options.sections)
        return not _try_faults(servers, options.sections)


if __name__ == "__main__":
    sys.exit(main())
