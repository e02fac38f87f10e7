"""Judge a running server with `conformance run`, as its users do: as a program."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.real.errors import CannotJudge
from tests.real.target import Running

KEY_VARIABLE = "CONFORMANCE_API_KEY"
SECOND_KEY_VARIABLE = "CONFORMANCE_SECOND_KEY"

# The judge's exit codes, the one that matters most first.
SEVERITY = (4, 2, 130, 1, 3, 0)
INTERRUPTED = 130
GRACE_S = 30.0


def options(server: Running) -> list[str]:
    """Return the arguments of `conformance` that name the server and its keys."""
    chosen = ["run", server.url, "--model", server.model, "--profile", server.profile]
    chosen += ["--api-key-env", KEY_VARIABLE]
    if server.second_key:
        chosen += ["--second-key-env", SECOND_KEY_VARIABLE]
    if server.concurrency:
        chosen += ["--concurrency", str(server.concurrency)]
    for name, value in server.headers.items():
        chosen += ["--header", f"{name}: {value}"]
    return chosen


def keys(server: Running) -> dict[str, str]:
    """Return the environment variables that hold the keys."""
    second = {SECOND_KEY_VARIABLE: server.second_key} if server.second_key else {}
    return {KEY_VARIABLE: server.key, **second}


def judge(
    server: Running,
    *,
    report_dir: Path | None = None,
    extra: Sequence[str] = (),
    program: str | None = None,
) -> int:
    """Run the judge and return its exit code.

    The caller's own CONFORMANCE_ variables are kept from it: a verdict shall rest on
    what is said here.  An interruption is passed on, and the judge is given
    `GRACE_S` seconds to write down what it has.
    """
    command = [program or _program(), *options(server)]
    if report_dir is not None:
        command += ["--report-dir", str(report_dir)]
    ours = {k: v for k, v in os.environ.items() if not k.startswith("CONFORMANCE_")}
    child = subprocess.Popen(  # noqa: S603 - our own program, words never split
        [*command, *extra],
        env={**ours, **keys(server)},
        # Otherwise a Ctrl-C would reach it twice: from the terminal, and from us.
        process_group=0,
    )
    try:
        return child.wait()
    except KeyboardInterrupt:
        child.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(GRACE_S)
        return INTERRUPTED
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def failed_musts(report_dir: Path) -> list[str]:
    """Return the ids of the failed MUST requirements of a report, sorted."""
    file = report_dir / "report.json"
    if not file.exists():
        raise CannotJudge(f"the judge left no {file}")
    report = json.loads(file.read_text(encoding="utf-8"))
    return sorted(
        requirement["id"]
        for requirement in report["requirements"]
        if (requirement["level"], requirement["outcome"]) == ("MUST", "failed")
    )


def worst(codes: Sequence[int]) -> int:
    """Return the exit code of several runs; one that we do not know is our error."""
    ranks = [SEVERITY.index(code) if code in SEVERITY else 0 for code in codes]
    return SEVERITY[min(ranks)] if ranks else 0


def _program() -> str:
    """Prefer the `conformance` that is installed beside the Python that runs us."""
    beside = str(Path(sys.executable).parent)
    found = shutil.which("conformance", path=beside) or shutil.which("conformance")
    if found is None:
        raise CannotJudge(
            f"there is no 'conformance' beside {sys.executable} or on the PATH; "
            f"install this project, for example with: pip install -e ."
        )
    return found
