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
    """The table while it grows; it holds counts, and no exchange."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[Scenario, Counter[Reaction]]] = {}

    def add(self, drawn: GeneratedInput, exchange: Exchange) -> None:
        """Count what came of a generated input; smaller versions of it do not count."""
        if exchange.turn:
            return
        row = self._counts.setdefault(drawn.field, {})
        row.setdefault(drawn.scenario, Counter())[classify(exchange)] += 1

    def rows(self) -> tuple[FieldRow, ...]:
        """Return a row for each field in alphabetical order, the whole body last."""
        names = sorted(self._counts, key=lambda name: (name == WHOLE_BODY, name))
        return tuple(FieldRow(name, self._counts[name]) for name in names)
