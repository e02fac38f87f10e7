"""Runs of the command line in this process, with an option from any source."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click.testing

from conformance.cli.app import main
from conformance.reference.gateway import MODEL
from tests.cli.recording_gateway import RecordingGateway

SOURCES = ("flag", "variable", "file")
ONE = "usage.total-is-the-sum"
BASE = {
    "model": MODEL,
    "only": ONE,
    "generated": "0",
    "format": "json",
    "report-dir": "out",
}
"""The options of a small run; tests replace some, or remove them with ``None``."""


@dataclass
class Run:
    """A finished run: what it printed, and what the gateway received."""

    exit_code: int
    output: str
    gateway: RecordingGateway

    @property
    def report(self) -> Any:  # noqa: ANN401 -- JSON
        """Return the report as JSON."""
        return json.loads(Path("out/report.json").read_text("utf-8"))

    def ids(self, *outcomes: str) -> set[str]:
        """Return the ids of the requirements that have one of these outcomes."""
        rows = self.report["requirements"]
        return {row["id"] for row in rows if row["outcome"] in outcomes}

    @property
    def reasons(self) -> set[str]:
        """Return the reasons for requirements that were not tested."""
        return {row["reason"] for row in self.report["requirements"]}

    def headers(self, name: str) -> set[str | None]:
        """Return all values of a header, ``None`` if a request does not have it."""
        return {request.headers.get(name) for request in self.gateway.requests}


def variable(name: str) -> str:
    """Return the environment variable of an option."""
    return f"CONFORMANCE_{name.upper().replace('-', '_')}"


def flags_of(options: Mapping[str, str | None]) -> list[str]:
    """Return options as flags; the URL is an argument."""
    return [
        "--no-shrink"
        if name == "shrink"
        else value
        if name == "url"
        else f"--{name}={value}"
        for name, value in options.items()
        if value is not None
    ]


def run(
    gateway: RecordingGateway,
    source: str = "flag",
    tested: Mapping[str, str] | None = None,
    **basic: str | None,
) -> Run:
    """Run with the basic options as flags, and the tested ones from a source.

    A keyword such as ``max_requests`` sets the basic option ``max-requests``.
    """
    tested = tested or {}
    replaced = {name.replace("_", "-"): value for name, value in basic.items()}
    options = {"url": gateway.url, **BASE, **replaced}
    flags = flags_of({k: v for k, v in options.items() if k not in tested})
    variables = dict[str, str]()
    if source == "variable":
        variables = {variable(name): value for name, value in tested.items()}
    elif source == "file":
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in tested.items()]
        Path("conformance.toml").write_text("".join(lines), "utf-8")
    else:
        flags += flags_of(tested)
    runner = click.testing.CliRunner(env=variables)
    result = runner.invoke(main, ["run", *flags])
    return Run(result.exit_code, result.output, gateway)
