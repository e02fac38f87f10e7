"""Probes that send generated requests, and minimize those that fail."""

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
from conformance.property_based.shrink import MAX_REQUESTS, Minimizer

MAX_READABLE_LENGTH: Final = 256
"""Length in characters up to which a body is readable, and therefore not minimized."""

MAX_REQUESTS_PER_RUN: Final = 10 * MAX_REQUESTS
"""Maximum number of extra requests that one run sends to minimize failing requests."""

MAX_OUTPUT_TOKENS: Final = 64
"""Expected upper bound for the output tokens of a response to a generated request."""


@dataclass
class MinimizationBudget:
    """The number of requests that a run may still send to minimize failures.

    Each distinct failure is minimized at most once. If ``enabled`` is false, no failure
    is minimized.
    """

    enabled: bool = True
    requests_left: int = MAX_REQUESTS_PER_RUN
    _seen: set[tuple[str, ...]] = field(default_factory=set)

    def claim(self, failure: tuple[str, ...]) -> bool:
        """Return whether to minimize a failure, and remember that it has occurred.

        A failure is minimized if it occurs for the first time and requests are left.
        """
        granted = self.enabled and failure not in self._seen and self.requests_left > 0
        self._seen.add(failure)
        return granted


def failure_key(
    generated: GeneratedInput, exchange: Exchange
) -> tuple[str, ...] | None:
    """Return a key that is equal for equal failures, or ``None`` without a failure.

    The key of a server error is its status alone. Any other key has the scenario, the
    field and the class of the status, such as ``2xx``.
    """
    if exchange.status >= 500:
        return (str(exchange.status),)
    try:
        finding = check_response(generated, exchange)
    except Inconclusive:
        return None
    status_class = f"{exchange.status // 100}xx"
    return (generated.scenario, generated.field, status_class) if finding else None


class GeneratedProbe:
    """The steps of a probe that sends one generated request."""

    __slots__ = ("_budget", "_entry")

    def __init__(self, entry: Entry, budget: MinimizationBudget) -> None:
        self._entry = entry
        self._budget = budget

    def __call__(self, context: ProbeContext) -> Steps:
        """Send the request; if it fails, send smaller ones that fail the same way."""
        first: Exchange = yield Request(self._entry.body_for(context.model))
        failure = failure_key(self._entry.generated, first)
        if failure and self._budget.claim(failure):
            yield from self._minimize(context, failure)

    def _minimize(self, context: ProbeContext, failure: tuple[str, ...]) -> Steps:
        if len(self._entry.content) <= MAX_READABLE_LENGTH:
            return
        from conformance.property_based.violations import most_severe  # noqa: PLC0415 -- slow

        body = json.loads(self._entry.content)
        original = most_severe(body)
        is_server_error = len(failure) == 1

        def is_equivalent(version: Json) -> bool:
            if _has_placeholder_model(body) and not _has_placeholder_model(version):
                return False  # a rejection of the model would be another failure
            if is_server_error:  # a valid request may cause the same error
                return True
            violation = most_severe(version)
            if original is None or violation is None:
                return original is violation
            return (
                violation.scenario is original.scenario
                and violation.path[:1] == original.path[:1]
            )

        minimizer = Minimizer(body, is_equivalent)
        while self._budget.requests_left > 0 and (
            versions := minimizer.next_versions()
        ):
            self._budget.requests_left -= len(versions)
            exchanges = yield tuple(_request(v, context.model) for v in versions)
            minimizer.accept(
                [
                    version
                    for version, exchange in zip(versions, exchanges, strict=True)
                    if self._fails_with(failure, exchange)
                ]
            )

    def _fails_with(self, failure: tuple[str, ...], exchange: Exchange) -> bool:
        return failure_key(self._entry.generated, exchange) == failure


def _request(version: Json, model: str) -> Request:
    """Build the request whose body is ``version``, a smaller version of a failing body.

    A placeholder in ``model`` is replaced by the model of the run.
    """
    body = {**version, "model": model} if _has_placeholder_model(version) else version
    return Request.of(body)


def _has_placeholder_model(version: Json) -> bool:
    """Return whether a body has the placeholder for the run's model."""
    return isinstance(version, dict) and version.get("model") == PLACEHOLDER


def _generated_probe(entry: Entry, budget: MinimizationBudget) -> Probe:
    """Return the probe that sends the request of ``entry``, and minimizes a failure."""
    model_responses = 0 if entry.generated.must_be_rejected else 1
    return Probe(
        entry.probe,
        GeneratedProbe(entry, budget),
        model_responses=model_responses,
        rejections=1 - model_responses,
        max_output_tokens=model_responses * MAX_OUTPUT_TOKENS,
        optional_turns=True,
    )


def generated_probes(
    seed: int, number: int | None, *, shrink: bool = True
) -> Iterator[tuple[Entry, Probe]]:
    """Yield the entries of the corpus that a run sends, with their probes.

    ``number`` is the maximum number of entries; ``None`` yields all of them.
    """
    budget = MinimizationBudget(enabled=shrink)
    for entry in sample(load(seed), number):
        yield entry, _generated_probe(entry, budget)


def recorded_probe(generated: GeneratedInput) -> Probe:
    """Return the probe of a generated request that is recorded in a journal.

    It serves only to re-evaluate the recorded exchanges, so its entry has no content.
    """
    return _generated_probe(Entry(generated, ""), MinimizationBudget(enabled=False))
