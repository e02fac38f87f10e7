"""A conversation held again with the answers that it got, without a target."""

from collections.abc import Mapping

from conformance.model.exchange import Exchange, Inconclusive, RejectedRequest
from conformance.model.node import UnexpectedValue
from conformance.model.probe import Probe, ProbeContext, ProbeRequest, ProbeResult

RecordedExchanges = dict[tuple[int, int], Exchange]
"""Exchanges by their turn, and their place in it."""


def _told(
    asked: ProbeRequest, turn: int, heard: Mapping[tuple[int, int], Exchange]
) -> ProbeResult:
    try:
        if isinstance(asked, tuple):
            return tuple(heard[turn, place] for place in range(len(asked)))
        return heard[turn, 0]
    except KeyError:
        raise Inconclusive(f"the record ends before turn {turn}") from None


def _as_recorded(heard: Mapping[tuple[int, int], Exchange]) -> tuple[ProbeResult, ...]:
    """Return the turns that are on record: one exchange, then several in each.

    How far a conversation with extras went is for the record to tell.
    """
    more: dict[int, list[Exchange]] = {}
    for (turn, _), exchange in sorted(heard.items(), key=lambda pair: pair[0]):
        more.setdefault(turn, []).append(exchange)
    first = more.pop(0, [])
    return (*first, *(tuple(several) for several in more.values()))


def replay(
    probe: Probe, setting: ProbeContext, heard: Mapping[tuple[int, int], Exchange]
) -> tuple[tuple[ProbeResult, ...], Exception | None]:
    """Return the turns of a conversation, and what it raised at its end, if it did."""
    if probe.optional_turns:
        return _as_recorded(heard), None
    turns = list[ProbeResult]()
    steps = probe.steps(setting)
    try:
        asked = next(steps)
        while True:
            turns.append(_told(asked, len(turns), heard))
            asked = steps.send(turns[-1])
    except StopIteration:
        return tuple(turns), None
    except (Inconclusive, RejectedRequest, UnexpectedValue) as why:
        return tuple(turns), why
