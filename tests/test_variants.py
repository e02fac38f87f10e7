"""What a conforming server may do is blamed by no MUST, in each profile that has it."""

from collections.abc import Iterator

import pytest

from conformance.model.profile import PROFILES
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reference.variants import VARIANTS
from tests.fault_servers import FaultServers, fault_servers

NAMED = {name: (variant,) for name, variant in VARIANTS.items()}
LEGAL = [
    (profile, name)
    for profile in PROFILES
    for name, variant in VARIANTS.items()
    if variant.profiles is None or profile in variant.profiles
]
BLAMED = {Outcome.FAILED, Outcome.ERROR}


@pytest.fixture(scope="module")
def towns() -> Iterator[dict[str, FaultServers]]:
    """One town for each profile, where every variant has a gateway of its own."""
    with (
        fault_servers(NAMED, "newapi") as newapi,
        fault_servers(NAMED, "openai") as openai,
        fault_servers(NAMED, "openresponses") as openresponses,
    ):
        yield {"newapi": newapi, "openai": openai, "openresponses": openresponses}


def test_there_are_many_of_them() -> None:
    """A handful would prove little."""
    assert len(VARIANTS) >= 40


@pytest.mark.parametrize(("profile", "name"), LEGAL)
def test_a_benign_variant_breaks_no_must(
    towns: dict[str, FaultServers], profile: str, name: str
) -> None:
    """Nor does any check of ours break on it."""
    report = towns[profile].judge(name)
    blamed = [
        str(verdict)
        for verdict in report.verdicts
        if verdict.outcome in BLAMED
        and (verdict.level is Level.MUST or verdict.outcome is Outcome.ERROR)
    ]

    assert blamed == []
    assert report.exit_code in {0, 3}
