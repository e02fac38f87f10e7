"""What is started is ended, and a server that does not start says why."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.real import process as process_module
from tests.real.errors import DidNotStart
from tests.real.process import Process, free_port, started

Start = Callable[..., Process]

SERVES = """\
import http.server, sys
http.server.ThreadingHTTPServer(
    ("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler
).serve_forever()
"""
SLEEPS = "import time; time.sleep(600)"
# A pipe with a name closes when everybody who holds it is gone.
HAS_A_CHILD = """\
import subprocess, sys
pipe = open(sys.argv[1], "w")
child = subprocess.Popen(
    [sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[pipe.fileno()]
)
print("born", file=pipe, flush=True)
child.wait()
"""
STUBBORN = """\
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("deaf", file=open(sys.argv[1], "w"), flush=True)
time.sleep(600)
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """End what a test started, if it did not do so itself."""
    with ExitStack() as exits:
        yield exits


@pytest.fixture
def start(stack: ExitStack, tmp_path: Path) -> Start:
    """Give a function that starts Python code as a server called "fake"."""

    def begin(code: str, *arguments: object) -> Process:
        return stack.enter_context(
            started(
                "fake",
                (sys.executable, "-c", code, *map(str, arguments)),
                environment=dict(os.environ),
                folder=tmp_path,
                log=tmp_path / "fake.log",
            )
        )

    return begin


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Make a pipe with a name."""
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


def test_a_server_is_ready_once_it_answers(stack: ExitStack, start: Start) -> None:
    """Waiting ends with the first 200; leaving the block ends the server."""
    port = free_port()
    fake = start(SERVES, port)
    fake.wait_until_ready(f"http://127.0.0.1:{port}/", deadline_s=60)
    stack.close()

    assert not fake.alive
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_server_that_ends_shows_the_end_of_its_log(start: Start) -> None:
    """The error carries the exit code and what the server said last."""
    fake = start("import sys; sys.exit('no such model')")

    with pytest.raises(DidNotStart, match=r"fake ended with 1(?s:.*)no such model"):
        fake.wait_until_ready(f"http://127.0.0.1:{free_port()}/", deadline_s=60)


def test_a_silent_server_is_given_up_at_its_deadline(start: Start) -> None:
    """The error carries the deadline, and that there is no log to show."""
    fake = start(SLEEPS)

    with pytest.raises(DidNotStart, match=r"in 0\.2 s(?s:.*)it wrote nothing"):
        fake.wait_until_ready(f"http://127.0.0.1:{free_port()}/", deadline_s=0.2)


def test_an_answer_that_is_not_200_is_not_ready(start: Start) -> None:
    """A server that loads its model may answer 503 meanwhile."""
    port = free_port()
    fake = start(SERVES, port)
    fake.wait_until_ready(f"http://127.0.0.1:{port}/", deadline_s=60)

    with pytest.raises(DidNotStart, match="with 200 in"):
        fake.wait_until_ready(f"http://127.0.0.1:{port}/absent", deadline_s=0.2)


def test_what_a_server_started_ends_with_it(
    stack: ExitStack, start: Start, pipe: Path
) -> None:
    """The children of a server are in its group, and the group is ended."""
    start(HAS_A_CHILD, pipe)
    with pipe.open() as reading:
        assert reading.readline() == "born\n"
        stack.close()
        assert reading.read() == ""


def test_a_server_that_ignores_sigterm_is_killed(
    stack: ExitStack, start: Start, pipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has its time of grace, and no more."""
    monkeypatch.setattr(process_module, "GRACE_S", 0.1)
    fake = start(STUBBORN, pipe)
    assert pipe.read_text() == "deaf\n"
    stack.close()

    assert fake.child.returncode == -9


def test_a_failure_inside_the_block_ends_the_server(
    stack: ExitStack, start: Start
) -> None:
    """Nothing that goes wrong leaves a process behind."""
    fake = start(SLEEPS)

    def fail() -> None:
        with stack:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not fake.alive
