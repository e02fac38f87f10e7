"""Replay a probe against its recorded exchanges instead of a server."""

from collections.abc import Mapping

from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.node import UnexpectedValue
from conformance.model.probe import Probe, ProbeContext, ProbeRequest, ProbeResult

RecordedExchanges = dict[tuple[int, int], Exchange]
"""The exchanges of one probe by turn, and by index in the turn."""


def _result(
    request: ProbeRequest, turn: int, recorded: Mapping[tuple[int, int], Exchange]
) -> ProbeResult:
    """Return what was recorded for one turn.

    Raises ``Inconclusive`` if the journal has no exchange for one of its requests.
    """
    try:
        if isinstance(request, tuple):
            return tuple(recorded[turn, index] for index in range(len(request)))
        return recorded[turn, 0]
    except KeyError:
        raise Inconclusive(f"the journal ends before turn {turn}") from None


def _as_recorded(
    recorded: Mapping[tuple[int, int], Exchange],
) -> tuple[ProbeResult, ...]:
    """Return the turns of a probe with optional turns, as they were recorded.

    The first turn is one exchange, each later turn a tuple of exchanges. Only the
    journal shows how many turns the probe had.
    """
    turns: dict[int, list[Exchange]] = {}
    for (turn, _), exchange in sorted(recorded.items(), key=lambda pair: pair[0]):
        turns.setdefault(turn, []).append(exchange)
    first = turns.pop(0, [])
    return (*first, *(tuple(exchanges) for exchanges in turns.values()))


def replay(
    probe: Probe,
    context: ProbeContext,
    recorded: Mapping[tuple[int, int], Exchange],
) -> tuple[tuple[ProbeResult, ...], Exception | None]:
    """Return the turns of a probe, and the exception that ended it, if any."""
    if probe.optional_turns:
        return _as_recorded(recorded), None
    turns = list[ProbeResult]()
    steps = probe.steps(context)
    try:
        request = next(steps)
        while True:
            turns.append(_result(request, len(turns), recorded))
            request = steps.send(turns[-1])
    except StopIteration:
        return tuple(turns), None
    except (Inconclusive, RejectedRequest, UnexpectedValue) as error:
        return tuple(turns), error
