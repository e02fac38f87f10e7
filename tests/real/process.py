"""A server as a process: started in a group of its own, and always ended."""

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

from tests.real.errors import DidNotStart
from tests.real.home import last_lines

GRACE_S = 10.0
POLL_S = 0.1


def free_port() -> int:
    """Return a loopback port that was free a moment ago.

    Somebody may take it before the server does; the server then ends, and the
    error that follows shows its log.
    """
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


@dataclass(frozen=True)
class Process:
    """A started server and the file that it writes its output to."""

    name: str
    child: subprocess.Popen[bytes]
    log: Path

    @property
    def alive(self) -> bool:
        """Tell whether it is still running."""
        return self.child.poll() is None

    def wait_until_ready(self, url: str, deadline_s: float) -> None:
        """Poll `url` until it answers 200.

        Raises DidNotStart, with the end of the log, when the process ends first or
        `deadline_s` seconds pass.
        """
        give_up = time.monotonic() + deadline_s
        with httpx.Client(trust_env=False, timeout=5.0) as client:
            while time.monotonic() < give_up:
                if not self.alive:
                    raise self.failure(f"ended with {self.child.returncode}")
                with suppress(httpx.TransportError):
                    if client.get(url).status_code == httpx.codes.OK:
                        return
                time.sleep(POLL_S)
        raise self.failure(f"did not answer GET {url} with 200 in {deadline_s:g} s")

    def failure(self, what: str) -> DidNotStart:
        """Return an error that shows the end of the log."""
        return DidNotStart(
            f"{self.name} {what}; the end of {self.log}:\n{last_lines(self.log)}"
        )

    def end(self) -> None:
        """Ask the whole group to end, and end it by force after `GRACE_S` seconds.

        A second interruption while we wait ends it by force at once.
        """
        try:
            self._signal_group(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self.child.wait(GRACE_S)
        finally:
            # The leader may be gone while a child that it started is not.
            self._signal_group(signal.SIGKILL)
            self.child.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.child.pid, number)


@contextmanager
def started(
    name: str,
    command: tuple[str, ...],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
) -> Iterator[Process]:
    """Run `command` in `folder` until the block is left, however it is left."""
    with log.open("wb") as output:
        child = subprocess.Popen(  # noqa: S603 - the command lines of our own targets
            command,
            cwd=folder,
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
            process.end()
