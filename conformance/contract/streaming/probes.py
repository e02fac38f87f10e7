"""Conversations about streaming itself: beside JSON, over time, left early, refused."""

from typing import Final

from conformance.model.exchange import ResponseKind
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request
from conformance.model.requirement import Capability

PHRASE: Final = "Grüße aus 東京 und Ελλάδα, 你好世界! 🦉🚀"
"""Characters of one to four bytes; the last ones are two halves in UTF-16."""

TIMES: Final = 30
"""How often the word stands in the answer that we leave."""

HEARD: Final = 5
"""Events that we wait for before we hang up."""

LONG: Final = 256
"""Output tokens of a long answer."""


@probe(model_responses=2, max_output_tokens=256, needs=Capability.STREAMING)
def json_and_stream(context: ProbeContext) -> Steps:
    """One short question twice: with stream false, and as a stream."""
    question = f"Reply with exactly: {PHRASE}"
    yield tuple(
        context.request(question, stream=streamed, max_output_tokens=128)
        for streamed in (False, True)
    )


@probe(model_responses=1, max_output_tokens=LONG, needs=Capability.STREAMING)
def long_stream(context: ProbeContext) -> Steps:
    """An answer of some hundred tokens, as a stream."""
    question = "Count from 1 to 60. Write every number, separated by spaces."
    yield context.request(question, stream=True, max_output_tokens=LONG)


@probe(model_responses=2, max_output_tokens=LONG + 64, needs=Capability.STREAMING)
def early_disconnect(context: ProbeContext) -> Steps:
    """A long stream that we leave after a few events, then a plain question.

    Where that breaks down, both once more: it may have been bad luck.
    """
    words = " ".join([context.word("left-behind")] * TIMES)
    left = context.request(
        f"Reply with exactly: {words}",
        stream=True,
        max_output_tokens=LONG,
        hang_up_after=HEARD,
    )
    # In a turn of several, an exchange without an answer still reaches the check.
    plain = (context.request(max_output_tokens=64),)
    yield left
    (following,) = yield plain
    if following.kind in {ResponseKind.SERVER_ERROR, ResponseKind.NO_RESPONSE}:
        yield (left,)
        yield plain


@probe(rejections=2, needs=Capability.STREAMING)
def refused_streams(context: ProbeContext) -> Steps:
    """Two requests for a stream that cannot be served: no model, and an odd input."""
    plain = context.request(stream=True).json
    yield (
        context.request(5, stream=True),
        Request.of({name: plain[name] for name in plain if name != "model"}),
    )
