"""Judging the embedded gateway in the tests: without a fault, and with each one."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.contract.catalogue import catalogue
from conformance.judge.plan import plan
from conformance.model.profile import profile_named
from conformance.model.report import Report
from conformance.model.settings import Limits, Settings
from conformance.model.verdict import Outcome
from conformance.reference.app import town
from conformance.reference.fault import Fault
from conformance.reference.server import Serving
from conformance.run.session import judged_live

PATIENCE = 5.0
"""Seconds that an answer of the embedded gateway may take, endless ones included."""


@dataclass(frozen=True)
class Town:
    """Many embedded gateways in one process, each with its own faults."""

    serving: Serving
    profile: str

    def settings(
        self, name: str, only: tuple[str, ...] = (), generated: int | None = 0
    ) -> Settings:
        """Return the settings of a run against one of the gateways."""
        return Settings(
            url=f"{self.serving.url}/at/{name}",
            model=self.serving.model,
            key=self.serving.key,
            second_key=self.serving.second_key,
            profile=profile_named(self.profile),
            only=only,
            generated=generated,
            limits=Limits(concurrency=8, timeout=PATIENCE, largest_body=4 << 20),
        )

    def judge(
        self, name: str, only: tuple[str, ...] = (), generated: int | None = 0
    ) -> Report:
        """Judge one of the gateways; with ``None``, by all generated inputs too."""
        settings = self.settings(name, only, generated)
        return judged_live(settings, plan(catalogue(), settings))


@contextmanager
def town_of(
    named: Mapping[str, Sequence[Fault]], profile: str = "newapi"
) -> Iterator[Town]:
    """Serve the gateways while the block lasts; ``sound`` has no fault."""
    app = town({"sound": (), **named}, profile=profile)
    with Serving(app) as serving:
        yield Town(serving, profile)


def tripped(report: Report) -> frozenset[str]:
    """Return the ids of the requirements that failed."""
    return frozenset(
        result.requirement.id
        for result in report.results
        if result.outcome is Outcome.FAILED
    )
