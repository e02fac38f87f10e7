"""The generated requests: one probe for each, and smaller ones where it fails."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.generated_input import GeneratedInput
from conformance.model.node import Json
from conformance.model.probe import Probe, ProbeContext, Steps
from conformance.model.request import Request
from conformance.property_based.corpus import load
from conformance.property_based.document import PLACEHOLDER
from conformance.property_based.entry import Entry
from conformance.property_based.response_checks import check_response
from conformance.property_based.sampling import sample
from conformance.property_based.shrink import MOST, Minimizer

SMALL: Final = 256
"""Characters of a body that is read at a glance, and not made smaller."""

MOST_IN_ALL: Final = 10 * MOST
"""Extra requests that one run spends on making bodies smaller."""

TOKENS: Final = 64
"""Output tokens that an answer to a generated request should take."""


@dataclass
class MinimizationBudget:
    """The distinct failures of a run, each of which is made smaller once."""

    on: bool = True
    left: int = MOST_IN_ALL
    _known: set[tuple[str, ...]] = field(default_factory=set)

    def claim(self, failure: tuple[str, ...]) -> bool:
        """Say whether this failure is new, and we may search."""
        new = self.on and failure not in self._known and self.left > 0
        self._known.add(failure)
        return new


def failure_of(drawn: GeneratedInput, exchange: Exchange) -> tuple[str, ...] | None:
    """Return what tells one failure from another, or ``None`` where there is none."""
    if exchange.status >= 500:
        return (str(exchange.status),)
    try:
        found = check_response(drawn, exchange)
    except Inconclusive:
        return None
    wrong = f"{exchange.status // 100}xx"
    return (drawn.scenario, drawn.field, wrong) if found else None


class GeneratedProbe:
    """One request that was drawn from the contract's document."""

    __slots__ = ("_entry", "_searches")

    def __init__(self, entry: Entry, searches: MinimizationBudget) -> None:
        self._entry = entry
        self._searches = searches

    def __call__(self, context: ProbeContext) -> Steps:
        """Send it; where it fails, send smaller ones that are wrong in the same way."""
        first: Exchange = yield Request(self._entry.body_for(context.model))
        failure = failure_of(self._entry.drawn, first)
        if failure and self._searches.claim(failure):
            yield from self._smaller(context, failure)

    def _smaller(self, context: ProbeContext, failure: tuple[str, ...]) -> Steps:
        if len(self._entry.content) <= SMALL:
            return
        from conformance.property_based.violations import most_severe  # noqa: PLC0415 -- dear

        body = json.loads(self._entry.content)
        was = most_severe(body)
        broke_down = len(failure) == 1

        def alike(version: Json) -> bool:
            if _names_model(body) and not _names_model(version):
                return False  # a refusal of the model is another failure
            if broke_down:  # then it does not matter how good the request is
                return True
            now = most_severe(version)
            if was is None or now is None:
                return was is now
            return now.scenario is was.scenario and now.path[:1] == was.path[:1]

        search = Minimizer(body, alike)
        while self._searches.left > 0 and (versions := search.versions()):
            self._searches.left -= len(versions)
            told = yield tuple(_request(v, context.model) for v in versions)
            pairs = zip(versions, told, strict=True)
            search.keep([v for v, x in pairs if self._fails_alike(x, failure)])

    def _fails_alike(self, exchange: Exchange, failure: tuple[str, ...]) -> bool:
        return failure_of(self._entry.drawn, exchange) == failure


def _request(version: Json, model: str) -> Request:
    """Build the request of a smaller version, whatever became of its model."""
    named = {**version, "model": model} if _names_model(version) else version
    return Request.of(named)


def _names_model(version: Json) -> bool:
    """Say whether a body asks for the model of the run."""
    return isinstance(version, dict) and version.get("model") == PLACEHOLDER


def probe_of(entry: Entry, searches: MinimizationBudget) -> Probe:
    """Return the probe that sends ``entry``; one exchange, unless it fails."""
    answers = 0 if entry.drawn.is_free else 1
    return Probe(
        entry.probe,
        GeneratedProbe(entry, searches),
        answers,
        1 - answers,
        answers * TOKENS,
        optional_turns=True,
    )


def probes(
    seed: int, number: int | None, *, shrink: bool = True
) -> Iterator[tuple[Entry, Probe]]:
    """Yield what a run sends of the corpus: ``number`` of it, or all for ``None``."""
    searches = MinimizationBudget(on=shrink)
    for entry in sample(load(seed), number):
        yield entry, probe_of(entry, searches)


def recorded(drawn: GeneratedInput) -> Probe:
    """Return the probe of an input that was sent in another run, to be judged anew."""
    return probe_of(Entry(drawn, ""), MinimizationBudget(on=False))
