"""Test a running server with ``conformance run`` in a subprocess, as users do."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from tests.real.errors import ConformanceFailed
from tests.real.target import RunningServer

KEY_VARIABLE = "CONFORMANCE_API_KEY"
SECOND_KEY_VARIABLE = "CONFORMANCE_SECOND_KEY"

SEVERITY = (4, 2, 130, 1, 3, 0)
"""Exit codes of ``conformance``, the most severe first."""

INTERRUPTED = 130
GRACE_S = 30.0
"""Seconds that ``conformance`` gets to write its report after an interruption."""


def run_arguments(server: RunningServer) -> list[str]:
    """Return the arguments of ``conformance`` for a run against the server."""
    arguments = ["run", server.url, "--model", server.model]
    arguments += ["--profile", server.profile, "--api-key-env", KEY_VARIABLE]
    if server.second_key:
        arguments += ["--second-key-env", SECOND_KEY_VARIABLE]
    if server.concurrency:
        arguments += ["--concurrency", str(server.concurrency)]
    for name, value in server.headers.items():
        arguments += ["--header", f"{name}: {value}"]
    return arguments


def key_variables(server: RunningServer) -> dict[str, str]:
    """Return the environment variables that contain the server's keys."""
    second = {SECOND_KEY_VARIABLE: server.second_key} if server.second_key else {}
    return {KEY_VARIABLE: server.key, **second}


def run_conformance(
    server: RunningServer,
    *,
    report_dir: Path | None = None,
    extra: Sequence[str] = (),
    program: str | None = None,
) -> int:
    """Run ``conformance`` against the server and return its exit code.

    The subprocess does not inherit ``CONFORMANCE_`` variables, so that the result does
    not depend on the caller's configuration. ``KeyboardInterrupt`` is passed on as
    SIGINT, and the subprocess is killed after ``GRACE_S`` seconds.
    """
    command = [program or _program(), *run_arguments(server)]
    if report_dir is not None:
        command += ["--report-dir", str(report_dir)]
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CONFORMANCE_")
    }
    child = subprocess.Popen(  # noqa: S603 - a known program, without a shell
        [*command, *extra],
        env={**inherited, **key_variables(server)},
        # In this process's group, Ctrl-C would interrupt it twice.
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
    """Return the sorted ids of the MUST requirements that failed in a report.

    Raises ConformanceFailed if there is no report.
    """
    file = report_dir / "report.json"
    if not file.exists():
        raise ConformanceFailed(f"conformance wrote no {file}")
    report = json.loads(file.read_text(encoding="utf-8"))
    return sorted(
        requirement["id"]
        for requirement in report["requirements"]
        if (requirement["level"], requirement["outcome"]) == ("MUST", "failed")
    )


def worst_exit_code(codes: Sequence[int]) -> int:
    """Return the most severe exit code; an unknown one counts as internal error 4."""
    ranks = [SEVERITY.index(code) if code in SEVERITY else 0 for code in codes]
    return SEVERITY[min(ranks)] if ranks else 0


def _program() -> str:
    """Return the path of ``conformance``, preferably from this Python environment."""
    scripts = str(Path(sys.executable).parent)
    path = shutil.which("conformance", path=scripts) or shutil.which("conformance")
    if path is None:
        raise ConformanceFailed(
            f"there is no 'conformance' in {scripts} or on the PATH; "
            f"install this project, for example with: pip install -e ."
        )
    return path
