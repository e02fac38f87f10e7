"""Servers are always stopped, and one that does not start reports the reason."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.real import process as process_module
from tests.real.errors import DidNotStart
from tests.real.process import Process, free_port, run_process

Start = Callable[..., Process]

HTTP_SERVER = """\
import http.server, sys
http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler
).serve_forever()
"""
SLEEP = "import time; time.sleep(600)"
# A named pipe ends when all processes that have opened it have exited.
WITH_CHILD_PROCESS = """\
import subprocess, sys
pipe = open(sys.argv[1], "w")
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[pipe.fileno()]
)
print("started", file=pipe, flush=True)
child.wait()
"""
IGNORES_SIGTERM = """\
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ready", file=open(sys.argv[1], "w"), flush=True)
time.sleep(600)
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Stop what a test has started, unless the test has already stopped it."""
    with ExitStack() as exit_stack:
        yield exit_stack


@pytest.fixture
def start(stack: ExitStack, tmp_path: Path) -> Start:
    """Return a function that starts Python code as a server called ``fake``."""

    def start_fake(code: str, *arguments: object) -> Process:
        return stack.enter_context(
            run_process(
                "fake",
                (sys.executable, "-c", code, *map(str, arguments)),
                environment=dict(os.environ),
                directory=tmp_path,
                log=tmp_path / "fake.log",
            )
        )

    return start_fake


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Create a named pipe."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_server_is_ready_if_it_returns_200(stack: ExitStack, start: Start) -> None:
    """At the end of the block it is stopped."""
    port = free_port()
    fake = start(HTTP_SERVER, port)
    fake.wait_until_ready(f"http://127.0.0.1:{port}/", timeout_s=60)
    stack.close()

    assert not fake.is_running
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_the_error_of_an_exited_server_shows_its_log(start: Start) -> None:
    """The error has the exit code and the end of the log."""
    fake = start("import sys; sys.exit('no such model')")

    with pytest.raises(DidNotStart, match=r"fake exited with 1(?s:.*)no such model"):
        fake.wait_until_ready(f"http://127.0.0.1:{free_port()}/", timeout_s=60)


def test_a_server_that_is_not_ready_in_time_raises(start: Start) -> None:
    """The error has the timeout, and says that the log is empty."""
    fake = start(SLEEP)

    with pytest.raises(DidNotStart, match=r"in 0\.2 s(?s:.*)the log is empty"):
        fake.wait_until_ready(f"http://127.0.0.1:{free_port()}/", timeout_s=0.2)


def test_a_server_that_does_not_return_200_is_not_ready(start: Start) -> None:
    """For example, a server may return 503 while it loads its model."""
    port = free_port()
    fake = start(HTTP_SERVER, port)
    fake.wait_until_ready(f"http://127.0.0.1:{port}/", timeout_s=60)

    with pytest.raises(DidNotStart, match="did not return 200"):
        fake.wait_until_ready(f"http://127.0.0.1:{port}/absent", timeout_s=0.2)


def test_child_processes_are_stopped_with_their_server(
    stack: ExitStack, start: Start, pipe: Path
) -> None:
    """They are in the server's process group."""
    start(WITH_CHILD_PROCESS, pipe)
    with pipe.open() as reader:
        assert reader.readline() == "started\n"
        stack.close()
        assert reader.read() == ""


def test_a_server_that_ignores_sigterm_is_killed(
    stack: ExitStack, start: Start, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGKILL follows ``GRACE_S`` seconds after SIGTERM."""
    monkeypatch.setattr(process_module, "GRACE_S", 0.1)
    fake = start(IGNORES_SIGTERM, pipe)
    assert pipe.read_text() == "ready\n"
    stack.close()

    assert fake.child.returncode == -9


def test_an_exception_inside_the_block_stops_the_server(
    stack: ExitStack, start: Start
) -> None:
    """No process is left running."""
    fake = start(SLEEP)

    def fail() -> None:
        with stack:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not fake.is_running
