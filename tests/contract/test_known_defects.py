"""Every known defect is covered by a requirement, or has a reason for not being so."""

import click.testing

from conformance.cli.app import main
from conformance.contract.catalogue import catalogue
from conformance.contract.known_defects import covered_defects, known_defects
from conformance.reference.faults import FAULTS


def test_a_defect_is_either_covered_or_has_a_reason() -> None:
    """A reason that is out of date would hide what is covered."""
    covered = covered_defects()
    with_both = [
        d.id for d in known_defects() if d.id in covered and d.untested_because
    ]
    with_neither = [
        d.id for d in known_defects() if d.id not in covered and not d.untested_because
    ]

    assert (with_both, with_neither) == ([], [])


def test_covered_defects_are_known() -> None:
    """Every id in ``covers`` is in the list."""
    known = {defect.id for defect in known_defects()}

    assert covered_defects() - known == set()


def test_requirements_that_cover_a_defect_have_a_fault() -> None:
    """Such a requirement has been seen to fail."""
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}
    without_fault = [
        r.id for r in catalogue().requirements if r.covers and r.id not in broken
    ]

    assert without_fault == []


def test_coverage_lists_both_counts_and_every_reason() -> None:
    """``conformance list --coverage`` shows what is not tested."""
    output = click.testing.CliRunner().invoke(main, ["list", "--coverage"]).output
    covered = covered_defects()
    untested = [defect for defect in known_defects() if defect.id not in covered]

    assert f"  {len(covered)} are " in output
    assert f"  {len(untested)} are not tested" in output
    for defect in untested:
        assert f"{defect.id}  {defect.defect}: {defect.untested_because}" in output
