"""The embedded gateway in a process of its own, so that its work is not counted."""

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
    """Where the gateway listens, and how it is reached."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return an environment with both keys in it."""
        return {
            **os.environ,
            "CONFORMANCE_API_KEY": KEY,
            "CONFORMANCE_SECOND_KEY": SECOND_KEY,
        }

    @property
    def arguments(self) -> list[str]:
        """Return the arguments of ``conformance run`` against it."""
        second = "CONFORMANCE_SECOND_KEY"
        return ["run", self.url, "--model", MODEL, "--second-key-env", second]


@contextmanager
def gateway(latency: float = 0.0) -> Iterator[Gateway]:
    """Serve while the block lasts; ``latency`` is in seconds before each answer."""
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
