"""Install the pinned packages of a server into a separate directory, once.

A stamp file in the directory records what was installed. If the stamp is missing or
differs, the directory is deleted and installed again; this also repairs an interrupted
installation.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import venv
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tests.real.cache import CONFIG, cache_directory, last_lines, log_file
from tests.real.errors import InstallFailed

STAMP = "installed.json"


@dataclass(frozen=True)
class Packages(ABC):
    """The packages of one server."""

    name: str

    @property
    def directory(self) -> Path:
        """Return the directory of the installation, which may not exist."""
        return cache_directory() / self.name

    @property
    def is_installed(self) -> bool:
        """Return whether the directory has exactly these versions."""
        stamp = self.directory / STAMP
        return stamp.exists() and json.loads(stamp.read_text()) == self.fingerprint()

    @abstractmethod
    def fingerprint(self) -> dict[str, str]:
        """Return the values that require a new installation if one changes."""

    @abstractmethod
    def steps(self) -> Iterator["Step"]:
        """Yield the commands that install the packages into an empty directory."""

    def install(self) -> None:
        """Install the packages if necessary; wait if another process installs them.

        Raises InstallFailed with the end of the failed step's log.
        """
        with _locked(cache_directory() / f"{self.name}.lock"):
            if self.is_installed:
                return
            shutil.rmtree(self.directory, ignore_errors=True)
            self.directory.mkdir(parents=True)
            log = log_file(f"install-{self.name}")
            with log.open("wb") as output:
                for step in self.steps():
                    step.run(self, output, log)
            stamp = json.dumps(self.fingerprint(), indent=2)
            (self.directory / STAMP).write_text(stamp)


@dataclass(frozen=True)
class Step:
    """One command of an installation, run in the packages' directory."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, packages: Packages, output: BinaryIO, log: Path) -> None:
        """Run the command; raise InstallFailed if it fails.

        The environment is inherited, because proxies and certificates are set there.
        """
        program = shutil.which(self.command[0])
        if program is None:
            raise InstallFailed(
                f"{packages.name}: {self.command[0]!r} is not on the PATH; "
                f"install it, then run the installation again"
            )
        completed = subprocess.run(  # noqa: S603 - constant command lines
            (program, *self.command[1:]),
            cwd=packages.directory,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if completed.returncode:
            raise InstallFailed(
                f"{packages.name}: {' '.join(self.command)!r} exited with "
                f"{completed.returncode}; the end of {log}:\n{last_lines(log)}"
            )


@dataclass(frozen=True)
class PythonPackages(Packages):
    """Packages from PyPI in a virtual environment of the current Python.

    ``config/<name>/constraints.txt`` pins the dependencies of ``pins``.
    ``source_pins`` have no wheels on PyPI: wheels are built with ``build_environment``
    and cached. ``post_install`` is Python code that runs in the new environment, in the
    packages' directory.
    """

    pins: tuple[str, ...]
    source_pins: tuple[str, ...] = ()
    build_environment: Mapping[str, str] = field(default_factory=dict)
    post_install: str = ""

    @property
    def python(self) -> Path:
        """Return the interpreter of the virtual environment."""
        return self.directory / "bin" / "python"

    @property
    def constraints(self) -> Path:
        """Return the file that pins the dependencies."""
        return CONFIG / self.name / "constraints.txt"

    def fingerprint(self) -> dict[str, str]:
        """Return the pins, a digest of the constraints and the Python version."""
        return {
            "pins": " ".join(self.pins),
            "constraints": _digest(self.constraints),
            "python": sys.version,
        }

    def steps(self) -> Iterator[Step]:
        """Create the environment, build wheels, install and run ``post_install``."""
        venv.create(self.directory, symlinks=True, with_pip=True)
        wheels = cache_directory() / "wheels"
        wheels.mkdir(exist_ok=True)
        pip = (str(self.python), "-m", "pip", "--disable-pip-version-check")
        for pin in self.source_pins:
            yield Step(
                (*pip, "wheel", "--no-deps", "-f", str(wheels), "-w", str(wheels), pin),
                self.build_environment,
            )
        constraints = ("-c", str(self.constraints))
        yield Step((*pip, "install", "-f", str(wheels), *constraints, *self.pins))
        if self.post_install:
            yield Step((str(self.python), "-c", self.post_install))


@dataclass(frozen=True)
class NodePackages(Packages):
    """Packages from npm in the versions of ``config/<name>/package-lock.json``."""

    def fingerprint(self) -> dict[str, str]:
        """Return a digest of the lock file, which has every version."""
        return {"lock": _digest(CONFIG / self.name / "package-lock.json")}

    def steps(self) -> Iterator[Step]:
        """Install the locked versions; no package needs its install scripts."""
        for file in ("package.json", "package-lock.json"):
            shutil.copy(CONFIG / self.name / file, self.directory)
        yield Step(
            ("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
        )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Lock a file; the operating system releases it even if this process is killed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
