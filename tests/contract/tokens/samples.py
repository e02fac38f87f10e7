"""Exchanges of the prompt series, with given input counts."""

from typing import Final

from conformance.contract.tokens import probes
from conformance.model.exchange import Exchange
from conformance.model.probe import ProbeContext
from tests.contract.sample_responses import USAGE, Json, json_response

CORRECT_COUNTS: Final = (75, 130, 240, 460, 140, 250)
"""20 tokens of template, 55 per paragraph, 10 for the framing of instructions."""

REQUESTS: Final[Json] = next(probes.prompt_lengths.steps(ProbeContext("m")))


def usage_with(input_tokens: int) -> Json:
    """Return a usage object with this input count."""
    return {**USAGE, "input_tokens": input_tokens, "total_tokens": input_tokens + 3}


def prompt_series(*counts: int) -> tuple[Exchange, ...]:
    """Return the responses to the probe ``prompt-lengths`` with these counts."""
    return tuple(
        json_response(request, usage=usage_with(count))
        for request, count in zip(REQUESTS, counts, strict=True)
    )
