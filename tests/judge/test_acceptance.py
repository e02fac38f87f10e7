"""How many valid generated requests must be answered before rejections count."""

from dataclasses import replace

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.probes import basic
from conformance.judge.acceptance import AcceptanceThreshold
from conformance.model.case import Case
from conformance.model.generated_input import PREFIX


@pytest.mark.parametrize(
    ("valid", "needed"), [(0, 0), (1, 1), (4, 1), (5, 2), (100, 25), (1000, 250)]
)
def test_a_quarter_of_the_valid_requests_must_be_answered(
    valid: int, needed: int
) -> None:
    """The number is rounded up; invalid requests do not count."""
    check = catalogue().find("schema.valid-request-is-accepted-or-clearly-refused")
    names = [f"{PREFIX}valid-model-{n}" for n in range(valid)]
    names += [f"{PREFIX}missing-model-{n}" for n in range(8)]
    cases = [Case(check, replace(basic.text, name=name)) for name in names]

    threshold = AcceptanceThreshold(cases)

    assert (threshold.valid, threshold.needed) == (valid, needed)
