"""Limits of a run."""

import pytest

from conformance.errors import ConfigurationError
from conformance.model.settings import Limits

NAMES = ("concurrency", "rate", "timeout", "max_requests", "max_seconds")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0, -1])
def test_limit_that_is_not_positive_is_rejected(name: str, value: int) -> None:
    """The message names the flag."""
    flag = f"--{name.replace('_', '-')} must be more than 0"
    with pytest.raises(ConfigurationError, match=flag):
        Limits(**{name: value})


@pytest.mark.parametrize("name", NAMES)
def test_smallest_positive_limit_is_accepted(name: str) -> None:
    """One is enough."""
    assert getattr(Limits(**{name: 1}), name) == 1
