"""Start the command line so that SIGINT interrupts it."""

import subprocess
import sys
import time
from collections.abc import Callable
from typing import Final

_CODE: Final = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    " from conformance.cli.app import main; main()"
)
"""A shell starts background jobs with SIGINT ignored, and children inherit that."""


def start(*arguments: str, env: dict[str, str]) -> subprocess.Popen[str]:
    """Start ``conformance`` with these arguments; its output is in ``stdout``."""
    return subprocess.Popen(  # noqa: S603 -- this interpreter
        [sys.executable, "-c", _CODE, *arguments],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Return when ``condition`` is true or the process has ended."""
    while not condition() and process.poll() is None:
        time.sleep(0.01)
