"""Streaming: what no client can bring about by itself, or would have to wait for."""

from typing import Final

from conformance.model.requirement import Capability, Untested, must, should
from conformance.model.sources import REPORTED_BUGS

_BEHIND: Final = (
    "only an upstream of our own could be made to do it, behind the gateway"
)

BREAK_IS_TOLD = Untested(
    must(
        "streaming.upstream-disconnect-is-reported",
        "A stream whose upstream breaks off ends in a failed event or in an error.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="the read loop ends as if the upstream had said all that it had to say",
        covers=("SE-20", "RT-01"),
    ),
    _BEHIND,
)

SILENCE_IS_SURVIVED = Untested(
    should(
        "streaming.idle-stream-stays-open",
        "A stream outlives a minute in which the model says nothing.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="an idle timeout of the gateway or a proxy is shorter than some thoughts",
        covers=("SE-31",),
    ),
    _BEHIND,
)

CLOSES = Untested(
    should(
        "streaming.closes-after-terminal-event",
        "A stream ends soon after its terminal event.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="the connection is kept open for a next event that never comes",
    ),
    "how soon is a matter of taste, and a stream that stays open shows as a time limit",
)
