"""Requirements about streaming that this suite, as a client, cannot test."""

from typing import Final

from conformance.model.requirement import Capability, Untested, must, should
from conformance.model.sources import REPORTED_BUGS

_NEEDS_UPSTREAM: Final = (
    "testing it requires control over the upstream server of the gateway"
)

UPSTREAM_DISCONNECT = Untested(
    must(
        "streaming.upstream-disconnect-is-reported",
        "A stream whose upstream disconnects ends with `response.failed` or `error`.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="the gateway treats the closed connection as the end of the output",
        covers=("SE-20", "RT-01"),
    ),
    _NEEDS_UPSTREAM,
)

IDLE_STREAM = Untested(
    should(
        "streaming.idle-stream-stays-open",
        "A stream stays open while the model sends nothing for one minute.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="an idle timeout of the gateway or a proxy is shorter than the reasoning",
        covers=("SE-31",),
    ),
    _NEEDS_UPSTREAM,
)

PROMPT_CLOSE = Untested(
    should(
        "streaming.closes-after-terminal-event",
        "A stream closes soon after its terminal event.",
        source=REPORTED_BUGS,
        needs=Capability.STREAMING,
        cause="the gateway keeps the connection open and waits for another event",
    ),
    "no document defines how soon, and a stream that stays open ends in a timeout",
)
