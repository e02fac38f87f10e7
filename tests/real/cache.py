"""The cache directory of servers and their logs.

* ``<packages>/``: one virtual environment or npm directory per server
* ``wheels/``: wheels that were built from source
* ``logs/``: one file per installation and per start
"""

import os
from pathlib import Path

VARIABLE = "CONFORMANCE_REAL_HOME"
CONFIG = Path(__file__).parent / "config"
"""Configuration and pinned dependencies of the servers."""


def cache_directory() -> Path:
    """Return the path of the cache directory, which may not exist."""
    path = os.environ.get(VARIABLE)
    if path:
        return Path(path).expanduser().resolve()
    return Path.home() / ".cache" / "responses-conformance" / "real"


def log_file(name: str) -> Path:
    """Return the path of a log file and create its directory."""
    directory = cache_directory() / "logs"
    directory.mkdir(parents=True, exist_ok=True)
    return directory / f"{name}.log"


def last_lines(log: Path, count: int = 20) -> str:
    """Return the last lines of a log, indented, for an error message."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (the log is empty)"
