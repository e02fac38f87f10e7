"""The cache folder: where servers are installed and where their logs go.

* ``<packages>/``: one virtual environment or npm folder for each server
* ``wheels/``: what was built once and is reused
* ``logs/``: one file for each installation and each start
"""

import os
from pathlib import Path

VARIABLE = "CONFORMANCE_REAL_HOME"
CONFIG = Path(__file__).parent / "config"


def home() -> Path:
    """Return the cache folder, which need not exist yet."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    return Path.home() / ".cache" / "responses-conformance" / "real"


def log_file(name: str) -> Path:
    """Return the path of a log in an existing folder."""
    folder = home() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def last_lines(log: Path, count: int = 20) -> str:
    """Return the end of a log, indented, for an error message."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in lines) or "    (it wrote nothing)"
