"""Run the embedded gateway in a separate process, so that its work is not measured."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.reference.gateway import KEY, MODEL, SECOND_KEY

PROGRAM = [sys.executable, "-c", "from conformance.cli.app import main; main()"]


@dataclass(frozen=True)
class Gateway:
    """The URL of a running gateway, and how ``conformance`` tests it."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return this process's environment with both API keys added."""
        return {
            **os.environ,
            "CONFORMANCE_API_KEY": KEY,
            "CONFORMANCE_SECOND_KEY": SECOND_KEY,
        }

    @property
    def arguments(self) -> list[str]:
        """Return the arguments of ``conformance`` for a run against the gateway."""
        second_key = "CONFORMANCE_SECOND_KEY"
        return ["run", self.url, "--model", MODEL, "--second-key-env", second_key]


@contextmanager
def serve_gateway(latency: float = 0.0) -> Iterator[Gateway]:
    """Serve inside the block; ``latency`` is the delay of each response in seconds."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", "--latency", str(latency)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        yield Gateway(line.split()[1].removesuffix(",").removesuffix("/v1/responses"))
    finally:
        process.terminate()
        process.wait()
