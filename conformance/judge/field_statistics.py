"""Count how a target reacted to the generated inputs of each field."""

from collections import Counter

from conformance.model.exchange import Exchange
from conformance.model.generated_input import (
    WHOLE_BODY,
    FieldRow,
    GeneratedInput,
    Reaction,
    Scenario,
    classify,
)


class FieldCounts:
    """Reactions of a target, counted by field and scenario while a run goes on."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Scenario, Counter[Reaction]]] = {}

    def add(self, generated: GeneratedInput, exchange: Exchange) -> None:
        """Count the reaction to a generated input.

        Minimized versions, which are sent in the turns after the first, do not count.
        """
        if exchange.turn:
            return
        row = self._counts.setdefault(generated.field, {})
        row.setdefault(generated.scenario, Counter())[classify(exchange)] += 1

    def rows(self) -> tuple[FieldRow, ...]:
        """Return one row for each field, in alphabetical order, the whole body last."""
        names = sorted(self._counts, key=lambda name: (name == WHOLE_BODY, name))
        return tuple(FieldRow(name, self._counts[name]) for name in names)
