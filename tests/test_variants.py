"""Valid variants fail no MUST requirement in the profiles that allow them."""

from collections.abc import Iterator

import pytest

from conformance.model.profile import PROFILES
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reference.variants import VARIANTS
from tests.fault_servers import FaultServers, fault_servers

NAMED = {name: (variant,) for name, variant in VARIANTS.items()}
ALLOWED = [
    (profile, name)
    for profile in PROFILES
    for name, variant in VARIANTS.items()
    if variant.profiles is None or profile in variant.profiles
]
WRONG = {Outcome.FAILED, Outcome.ERROR}


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, FaultServers]]:
    """Serve one gateway for each variant and each profile."""
    with (
        fault_servers(NAMED, "newapi") as newapi,
        fault_servers(NAMED, "openai") as openai,
        fault_servers(NAMED, "openresponses") as openresponses,
    ):
        yield {"newapi": newapi, "openai": openai, "openresponses": openresponses}


def test_there_are_many_variants() -> None:
    """Only a few variants would not show that the checks accept valid responses."""
    assert len(VARIANTS) >= 40


@pytest.mark.parametrize(("profile", "name"), ALLOWED)
def test_a_variant_fails_no_must(
    servers: dict[str, FaultServers], profile: str, name: str
) -> None:
    """No check crashes on it either."""
    report = servers[profile].judge(name)
    wrong = [
        str(verdict)
        for verdict in report.verdicts
        if verdict.outcome in WRONG
        and (verdict.level is Level.MUST or verdict.outcome is Outcome.ERROR)
    ]

    assert wrong == []
    assert report.exit_code in {0, 3}
