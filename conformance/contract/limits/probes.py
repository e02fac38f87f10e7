"""Probes that reach a limit: ``max_output_tokens``, or the size of the context window.

A *cap* is the value of ``max_output_tokens``, in tokens.
"""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

CAP: Final = 32
"""The cap of the capped requests, in tokens; some models reject a cap below 16."""

LAST_NUMBER: Final = 500
"""Number to which the model is asked to count: far higher than the cap allows."""

COUNT_PROMPT: Final = (
    f"Count from 1 to {LAST_NUMBER}. Write every number, separated by spaces."
)

LETTERS: Final = 2_600_000
"""Number of letters in the oversized prompt, a token each: too many for any model."""


@probe(model_responses=1, max_output_tokens=CAP)
def output_cap(context: ProbeContext) -> Steps:
    """Request a long output with a cap of 32 tokens."""
    yield context.request(COUNT_PROMPT, max_output_tokens=CAP)


@probe(model_responses=1, max_output_tokens=CAP, needs=Capability.STREAMING)
def output_cap_streamed(context: ProbeContext) -> Steps:
    """Request the same long output with the same cap as a stream."""
    yield context.request(COUNT_PROMPT, max_output_tokens=CAP, stream=True)


@probe(model_responses=1)
def truncation_auto(context: ProbeContext) -> Steps:
    """Send a short prompt with ``truncation`` set to ``auto``."""
    yield context.request(truncation="auto")


@probe(rejections=1, run_last=True)
def oversized_prompt(context: ProbeContext) -> Steps:
    """Send a prompt of 2.6 million tokens, more than any model in use can read."""
    alphabet = "q w e r t y u p a s d f g h j k z x c v b n m o l i "
    repetitions = LETTERS // (len(alphabet) // 2)
    yield context.request(alphabet * repetitions, max_output_tokens=CAP)
