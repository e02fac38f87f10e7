"""Serve embedded gateways with faults, and run the suite against them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.contract.catalogue import catalogue
from conformance.judge.plan import plan
from conformance.model.profile import profile_named
from conformance.model.report import Report
from conformance.model.settings import Limits, Settings
from conformance.model.verdict import Outcome
from conformance.reference.app import multi_gateway_app
from conformance.reference.fault import Fault
from conformance.reference.server import GatewayServer
from conformance.run.session import run_to_completion

TIMEOUT = 5.0
"""Seconds until a request times out. Some faults never complete a response."""


@dataclass(frozen=True)
class FaultServers:
    """Several embedded gateways on one server, each with its own faults."""

    server: GatewayServer
    profile: str

    def settings(
        self, name: str, only: tuple[str, ...] = (), generated: int | None = 0
    ) -> Settings:
        """Return the settings of a run against the gateway ``name``."""
        return Settings(
            url=f"{self.server.url}/at/{name}",
            model=self.server.model,
            key=self.server.key,
            second_key=self.server.second_key,
            profile=profile_named(self.profile),
            only=only,
            generated=generated,
            limits=Limits(concurrency=8, timeout=TIMEOUT, max_body_bytes=4 << 20),
        )

    def judge(
        self, name: str, only: tuple[str, ...] = (), generated: int | None = 0
    ) -> Report:
        """Run the suite against the gateway ``name`` and return the report.

        ``generated`` is the number of generated requests; ``None`` sends all of them.
        """
        settings = self.settings(name, only, generated)
        return run_to_completion(settings, plan(catalogue(), settings))


@contextmanager
def fault_servers(
    named: Mapping[str, Sequence[Fault]], profile: str = "newapi"
) -> Iterator[FaultServers]:
    """Serve a gateway for each entry of ``named``, and one called ``conforming``."""
    app = multi_gateway_app({"conforming": (), **named}, profile=profile)
    with GatewayServer(app) as server:
        yield FaultServers(server, profile)


def failed_ids(report: Report) -> frozenset[str]:
    """Return the ids of the requirements that failed."""
    return frozenset(
        result.requirement.id
        for result in report.results
        if result.outcome is Outcome.FAILED
    )
