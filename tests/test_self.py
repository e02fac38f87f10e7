"""The suite, judged by itself: right about a sound gateway, and about each fault."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.contract.catalogue import catalogue
from conformance.judge.plan import plan
from conformance.model.profile import PROFILES
from conformance.model.verdict import Outcome
from conformance.reference.fault import Fault
from conformance.reference.faults import FAULTS
from conformance.reference.faults.schema import generated_requests as schema_faults
from tests.empty_responses import satisfied_by_nothing
from tests.fault_servers import FaultServers, fault_servers, tripped

IDS = Path(__file__).parent / "ids.txt"

UNMET = {"errors.rate-limit-has-retry-after"}
"""Clauses about what a sound gateway without a rate limit has no occasion to do."""


DRAWN = [v for v in vars(schema_faults).values() if isinstance(v, Fault)]
"""Faults that only generated inputs reach."""


def faults_in(profile: str) -> dict[str, Fault]:
    """Return the faults that are defects in a profile."""
    return {
        name: fault
        for name, fault in FAULTS.items()
        if fault.profiles is None or profile in fault.profiles
    }


def home_of(fault: Fault) -> str:
    """Return the profile in which a fault is tried."""
    return "newapi" if fault.profiles is None else min(fault.profiles)


@pytest.fixture(scope="session")
def towns() -> Iterator[dict[str, FaultServers]]:
    """One town for each profile, where every fault has a gateway of its own."""
    named = {name: (fault,) for name, fault in FAULTS.items()}
    with (
        fault_servers(named, "newapi") as newapi,
        fault_servers(named, "openai") as openai,
        fault_servers(named, "openresponses") as openresponses,
    ):
        yield {"newapi": newapi, "openai": openai, "openresponses": openresponses}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_sound_gateway_keeps_every_requirement(
    towns: dict[str, FaultServers], profile: str
) -> None:
    """With no fault every case passes: nothing fails, nothing stays open."""
    report = towns[profile].judge("sound", generated=None)
    judged = [v for v in report.verdicts if v.requirement.id not in UNMET]

    assert [str(v) for v in judged if v.outcome is not Outcome.PASSED] == []
    assert report.exit_code == 0


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_trips_what_it_breaks_and_nothing_else(
    towns: dict[str, FaultServers], fault: Fault
) -> None:
    """A check finds its defect, and is blind to everybody else's."""
    generated = None if fault in DRAWN else 0
    report = towns[home_of(fault)].judge(fault.name, generated=generated)

    assert tripped(report) == fault.breaks
    assert [str(v) for v in report.verdicts if v.outcome is Outcome.ERROR] == []


def test_every_requirement_has_a_fault() -> None:
    """A check that nobody has seen fail may be unable to."""
    asked = {requirement.id for requirement in catalogue().requirements}
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}

    assert asked - broken == set()


def test_every_fault_breaks_a_requirement_that_is_there() -> None:
    """A fault that names a retired or misspelt id proves nothing."""
    asked = {requirement.id for requirement in catalogue().requirements}
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}

    assert broken - asked == set()
    assert [name for name, fault in FAULTS.items() if not fault.breaks] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_is_never_a_pass(profile: str) -> None:
    """A 200 with nothing in it satisfies no requirement."""
    assert satisfied_by_nothing(profile) == []


def test_a_run_costs_what_its_plan_says(towns: dict[str, FaultServers]) -> None:
    """On a conforming server, within the most that a run may ever cost."""
    whole = plan(catalogue(), towns["newapi"].settings("sound"))
    spent = towns["newapi"].judge("sound").run.cost

    assert spent.model_responses <= whole.model_responses, (
        "odd bodies may be answered or refused"
    )
    assert (
        spent.model_responses + spent.rejections
        == whole.model_responses + whole.rejections
    )
    assert spent.output_tokens <= whole.max_output_tokens
    assert whole.model_responses <= 100
    assert whole.rejections <= 150


def test_ids_are_permanent() -> None:
    """Each id is in the list of all that ever were; a retired one is marked so."""
    listed = IDS.read_text(encoding="utf-8").split("\n")
    retired = {line.removesuffix(" retired") for line in listed if " retired" in line}
    alive = {line for line in listed if line and " retired" not in line}

    assert listed == [*sorted(listed[:-1]), ""]
    assert {r.id for r in catalogue().requirements} == alive
    assert retired & alive == set()


def test_requirements_are_one_sentence_with_a_source() -> None:
    """What is judged can be read aloud, and looked up."""
    odd = [
        r.id
        for r in catalogue().requirements
        if not r.text.endswith(".") or r.text.count(". ") or not r.source
    ]

    assert odd == []
