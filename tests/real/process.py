"""Run a server as a subprocess in a separate process group, and always stop it."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.real.cache import last_lines
from tests.real.errors import DidNotStart

GRACE_S = 10.0
"""Seconds between SIGTERM and SIGKILL."""

POLL_S = 0.1


def free_port() -> int:
    """Return a free port on loopback.

    Another process may take it before the server does. The server then exits, and the
    error shows its log.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@dataclass(frozen=True)
class Process:
    """A started server and its log file."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path

    @property
    def is_running(self) -> bool:
        """Return whether the process has not exited."""
        return self.child.poll() is None

    def wait_until_ready(self, url: str, timeout_s: float) -> None:
        """Poll ``url`` until it returns 200.

        Raises DidNotStart, with the end of the log, if the process exits first or
        ``timeout_s`` seconds pass.
        """
        deadline = time.monotonic() + timeout_s
        with httpx.Client(trust_env=False, timeout=5.0) as client:
            while time.monotonic() < deadline:
                if not self.is_running:
                    raise self.error(f"exited with {self.child.returncode}")
                with suppress(httpx.TransportError):
                    if client.get(url).status_code == httpx.codes.OK:
                        return
                time.sleep(POLL_S)
        raise self.error(f"did not return 200 for GET {url} within {timeout_s:g} s")

    def error(self, problem: str) -> DidNotStart:
        """Return an error with the problem and the end of the log."""
        return DidNotStart(
            f"{self.name} {problem}; the end of {self.log}:\n{last_lines(self.log)}"
        )

    def stop(self) -> None:
        """Send SIGTERM to the process group, and SIGKILL after ``GRACE_S`` seconds.

        An exception while waiting, for example a second Ctrl-C, sends SIGKILL at once.
        """
        try:
            self._signal_group(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(GRACE_S)
        finally:
            # The server may have exited while its child processes still run.
            self._signal_group(signal.SIGKILL)
            self.child.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, number)


@contextmanager
def run_process(
    name: str,
    command: tuple[str, ...],
    *,
    environment: Mapping[str, str],
    directory: Path,
    log: Path,
) -> Iterator[Process]:
    """Run ``command`` in ``directory`` inside the block, and then stop it."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - the command lines of known targets
            command,
            cwd=directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        process = Process(name, child, log)
        try:
            yield process
        finally:
            process.stop()
