"""Usage: the details objects."""

import pytest

from conformance.model.verdict import Outcome
from tests.contract.sample_errors import check_exchanges
from tests.contract.sample_responses import USAGE, Json, json_response


@pytest.mark.parametrize(
    ("id_", "details"),
    [
        ("usage.cached-tokens-do-not-exceed-prompt", {"cached_tokens": 13}),
        (
            "usage.modality-tokens-do-not-exceed-count",
            {"text_tokens": 7, "audio_tokens": 6},
        ),
        ("usage.cached-and-reasoning-tokens-are-integers", {"cached_tokens": None}),
        ("usage.modality-tokens-are-integers", {"image_tokens": None}),
        ("usage.counts-are-not-negative", {"cached_tokens": -1}),
    ],
)
def test_invalid_details_fail(id_: str, details: Json) -> None:
    """Each defect has a requirement of its own."""
    exchange = json_response(usage={**USAGE, "input_tokens_details": details})

    assert check_exchanges(id_, exchange).outcome is Outcome.FAILED


def test_modalities_may_add_up_to_less_than_the_count() -> None:
    """A server need not report all of them."""
    exchange = json_response(
        usage={**USAGE, "input_tokens_details": {"text_tokens": 5}}
    )
    verdict = check_exchanges("usage.modality-tokens-do-not-exceed-count", exchange)

    assert verdict.outcome is Outcome.PASSED
