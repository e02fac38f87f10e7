"""Conversations with a model that is asked to think before it speaks."""

from typing import Final

from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.requirement import Capability

TINY: Final = 16
"""Output tokens that thinking alone may use up."""

ROOM: Final = 512
"""Output tokens for some thinking, and for an answer of a few words."""


@probe(model_responses=1, max_output_tokens=TINY, needs=Capability.REASONING)
def reasoning_with_tiny_cap(context: ProbeContext) -> Steps:
    """A little reasoning, and a cap that leaves hardly any room for it."""
    yield context.request(reasoning={"effort": "low"}, max_output_tokens=TINY)


@probe(model_responses=2, max_output_tokens=2 * ROOM, needs=Capability.REASONING)
def reasoning_sent_back(context: ProbeContext) -> Steps:
    """Much reasoning with a summary, then the whole answer comes back as input."""
    question: Json = {
        "role": "user",
        "content": "How many of the numbers from 1 to 20 can be divided by 3? "
        "Answer with one number.",
    }
    first = yield context.request(
        [question],
        reasoning={"effort": "high", "summary": "auto"},
        max_output_tokens=ROOM,
    )
    if first.has_response:
        turn = first.response["output"].expect(list)
        thanks: Json = {"role": "user", "content": "Thank you. Say hello in one word."}
        yield context.request(
            [question, *turn, thanks],
            reasoning={"effort": "medium"},
            max_output_tokens=ROOM,
        )
