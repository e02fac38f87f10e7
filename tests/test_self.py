"""Self-tests: the conforming gateway passes, each fault fails what it declares."""

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
from tests.empty_responses import satisfied_by_empty_responses
from tests.fault_servers import FaultServers, failed_ids, fault_servers

IDS = Path(__file__).parent / "ids.txt"

NOT_TESTABLE = {"errors.rate-limit-has-retry-after"}
"""Requirements that never apply to the embedded gateway, which has no rate limit."""

GENERATED_ONLY = [v for v in vars(schema_faults).values() if isinstance(v, Fault)]
"""Faults that only generated requests trigger."""


def faults_in(profile: str) -> dict[str, Fault]:
    """Return the faults that are defects in a profile."""
    return {
        name: fault
        for name, fault in FAULTS.items()
        if fault.profiles is None or profile in fault.profiles
    }


def profile_of(fault: Fault) -> str:
    """Return the profile in which a fault is tested."""
    return "newapi" if fault.profiles is None else min(fault.profiles)


@pytest.fixture(scope="session")
def servers() -> Iterator[dict[str, FaultServers]]:
    """Serve one gateway for each fault and each profile."""
    named = {name: (fault,) for name, fault in FAULTS.items()}
    with (
        fault_servers(named, "newapi") as newapi,
        fault_servers(named, "openai") as openai,
        fault_servers(named, "openresponses") as openresponses,
    ):
        yield {"newapi": newapi, "openai": openai, "openresponses": openresponses}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_conforming_gateway_passes_every_requirement(
    servers: dict[str, FaultServers], profile: str
) -> None:
    """Without a fault, every case passes and none is inconclusive."""
    report = servers[profile].judge("conforming", generated=None)
    tested = [v for v in report.verdicts if v.requirement.id not in NOT_TESTABLE]

    assert [str(v) for v in tested if v.outcome is not Outcome.PASSED] == []
    assert report.exit_code == 0


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_fails_exactly_the_requirements_that_it_declares(
    servers: dict[str, FaultServers], fault: Fault
) -> None:
    """Each defect is detected, and reported under no other requirement."""
    generated = None if fault in GENERATED_ONLY else 0
    report = servers[profile_of(fault)].judge(fault.name, generated=generated)

    assert failed_ids(report) == fault.breaks
    assert [str(v) for v in report.verdicts if v.outcome is Outcome.ERROR] == []


def test_every_requirement_has_a_fault() -> None:
    """A check that no fault fails might never fail."""
    ids = {requirement.id for requirement in catalogue().requirements}
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}

    assert ids - broken == set()


def test_every_fault_breaks_a_requirement_that_exists() -> None:
    """No fault names a retired or misspelled id, or no id at all."""
    ids = {requirement.id for requirement in catalogue().requirements}
    broken = {id_ for fault in FAULTS.values() for id_ in fault.breaks}

    assert broken - ids == set()
    assert [name for name, fault in FAULTS.items() if not fault.breaks] == []


@pytest.mark.parametrize("profile", PROFILES)
def test_an_empty_response_never_passes(profile: str) -> None:
    """A 200 without content satisfies no requirement."""
    assert satisfied_by_empty_responses(profile) == []


def test_the_cost_of_a_run_is_the_planned_cost(
    servers: dict[str, FaultServers],
) -> None:
    """A default run needs at most 100 model responses and 150 rejections."""
    planned = plan(catalogue(), servers["newapi"].settings("conforming"))
    cost = servers["newapi"].judge("conforming").run.cost

    # The plan counts unusual bodies as accepted, but a server may reject them.
    assert cost.model_responses <= planned.model_responses
    assert (
        cost.model_responses + cost.rejections
        == planned.model_responses + planned.rejections
    )
    assert cost.output_tokens <= planned.max_output_tokens
    assert planned.model_responses <= 100
    assert planned.rejections <= 150


def test_ids_are_permanent() -> None:
    """``ids.txt`` lists every id that ever existed and marks retired ones."""
    listed = IDS.read_text(encoding="utf-8").split("\n")
    retired = {line.removesuffix(" retired") for line in listed if " retired" in line}
    alive = {line for line in listed if line and " retired" not in line}

    assert listed == [*sorted(listed[:-1]), ""]
    assert {r.id for r in catalogue().requirements} == alive
    assert retired & alive == set()


def test_a_requirement_is_one_sentence_with_a_source() -> None:
    """The sentence ends with a period."""
    wrong = [
        r.id
        for r in catalogue().requirements
        if not r.text.endswith(".") or r.text.count(". ") or not r.source
    ]

    assert wrong == []
