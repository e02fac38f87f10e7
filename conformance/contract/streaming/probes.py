"""Streaming requests: paired with a JSON request, long, disconnected, and invalid."""

from typing import Final

from conformance.model.exchange import ResponseKind
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request
from conformance.model.requirement import Capability

PHRASE: Final = "Grüße aus 東京 und Ελλάδα, 你好世界! 🦉🚀"
"""Characters of one to four UTF-8 bytes; the emojis are surrogate pairs in UTF-16."""

REPETITIONS: Final = 30
"""Number of times that the prompt of ``early_disconnect`` contains its random word."""

EVENTS_BEFORE_DISCONNECT: Final = 5
"""Number of events after which the client disconnects from the stream."""

MAX_LONG_OUTPUT_TOKENS: Final = 256
"""Maximum number of output tokens of one long response."""


@probe(model_responses=2, max_output_tokens=256, needs=Capability.STREAMING)
def json_and_stream(context: ProbeContext) -> Steps:
    """Send one short prompt twice at the same time: with ``stream`` false and true."""
    prompt = f"Reply with exactly: {PHRASE}"
    yield tuple(
        context.request(prompt, stream=stream, max_output_tokens=128)
        for stream in (False, True)
    )


@probe(
    model_responses=1,
    max_output_tokens=MAX_LONG_OUTPUT_TOKENS,
    needs=Capability.STREAMING,
)
def long_stream(context: ProbeContext) -> Steps:
    """Stream one long response of at most 256 output tokens."""
    prompt = "Count from 1 to 60. Write every number, separated by spaces."
    yield context.request(prompt, stream=True, max_output_tokens=MAX_LONG_OUTPUT_TOKENS)


@probe(
    model_responses=2,
    max_output_tokens=MAX_LONG_OUTPUT_TOKENS + 64,
    needs=Capability.STREAMING,
)
def early_disconnect(context: ProbeContext) -> Steps:
    """Disconnect from a long stream after five events, then send a plain request.

    If the plain request gets a 5xx or no response, send both requests once more,
    because a single failure may be a coincidence.
    """
    words = " ".join([context.word("left-behind")] * REPETITIONS)
    streamed = context.request(
        f"Reply with exactly: {words}",
        stream=True,
        max_output_tokens=MAX_LONG_OUTPUT_TOKENS,
        disconnect_after=EVENTS_BEFORE_DISCONNECT,
    )
    # A tuple, because a single request without a response would be inconclusive.
    plain_turn = (context.request(max_output_tokens=64),)
    yield streamed
    (plain_exchange,) = yield plain_turn
    if plain_exchange.kind in {ResponseKind.SERVER_ERROR, ResponseKind.NO_RESPONSE}:
        yield (streamed,)
        yield plain_turn


@probe(rejections=2, needs=Capability.STREAMING)
def refused_streams(context: ProbeContext) -> Steps:
    """Send two invalid streaming requests: a number as ``input``, and no ``model``."""
    valid = context.request(stream=True).json
    yield (
        context.request(5, stream=True),
        Request.of({name: valid[name] for name in valid if name != "model"}),
    )
