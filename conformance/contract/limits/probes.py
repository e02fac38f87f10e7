"""Answers that meet a limit: the cap on the output, and the end of the context."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

CAP: Final = 32
"""Tokens that the capped answers may have; some models refuse less than 16."""

LAST: Final = 500
"""How far the model is asked to count: far beyond what the cap leaves room for."""

COUNT: Final = f"Count from 1 to {LAST}. Write every number, separated by spaces."

LETTERS: Final = 2_600_000
"""Single letters of the oversized prompt: a token each, and more than models read."""


@probe(model_responses=1, max_output_tokens=CAP)
def output_cap(context: ProbeContext) -> Steps:
    """A long answer is asked for, and only its beginning allowed."""
    yield context.request(COUNT, max_output_tokens=CAP)


@probe(model_responses=1, max_output_tokens=CAP, needs=Capability.STREAMING)
def output_cap_streamed(context: ProbeContext) -> Steps:
    """The same long answer with the same cap, as a stream."""
    yield context.request(COUNT, max_output_tokens=CAP, stream=True)


@probe(model_responses=1)
def truncation_auto(context: ProbeContext) -> Steps:
    """A short question that lets the server shorten what is too long."""
    yield context.request(truncation="auto")


@probe(rejections=1, run_last=True)
def oversized_prompt(context: ProbeContext) -> Steps:
    """A prompt of several million tokens, which no model in use can read."""
    alphabet = "q w e r t y u p a s d f g h j k z x c v b n m o l i "
    times = LETTERS // (len(alphabet) // 2)
    yield context.request(alphabet * times, max_output_tokens=CAP)
