"""Each known kind of defect is caught, or left for a reason that can be read."""

import click.testing

from conformance.cli.app import main
from conformance.contract.catalogue import catalogue
from conformance.contract.known_defects import covered_defects, known_defects
from conformance.reference.faults import FAULTS


def test_a_defect_is_caught_or_has_its_reason_and_never_both() -> None:
    """A reason that outlives its cause would hide what is caught."""
    covered = covered_defects()
    both = [d.id for d in known_defects() if d.id in covered and d.untested_because]
    neither = [
        d.id for d in known_defects() if d.id not in covered and not d.untested_because
    ]

    assert (both, neither) == ([], [])


def test_nothing_is_said_to_be_caught_that_is_not_known() -> None:
    """Every id in ``covers`` is in the list."""
    known = {defect.id for defect in known_defects()}

    assert covered_defects() - known == set()


def test_what_is_said_to_be_caught_has_a_fault() -> None:
    """A requirement that catches a defect has been seen to fail."""
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}
    unseen = [r.id for r in catalogue().requirements if r.covers and r.id not in broken]

    assert unseen == []


def test_the_counts_are_told() -> None:
    """Both of them, and each reason."""
    told = click.testing.CliRunner().invoke(main, ["list", "--coverage"]).output
    caught = len(covered_defects())

    assert f"{caught} are caught by a requirement that has a fault" in told
    assert f"{len(known_defects()) - caught} are not tested" in told
    assert told.count("\n  ") == len(known_defects()) - caught + 2
