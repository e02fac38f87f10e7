"""Install pinned packages into a folder of their own, once.

A stamp in the folder records what was installed; a folder whose stamp is absent or
differs is emptied and installed anew, so an interrupted installation heals itself.
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

from tests.real.errors import InstallFailed
from tests.real.home import CONFIG, home, last_lines, log_file

STAMP = "installed.json"


@dataclass(frozen=True)
class Packages(ABC):
    """What one server is made of."""

    name: str

    @property
    def folder(self) -> Path:
        """Where it is, or will be, installed."""
        return home() / self.name

    @property
    def installed(self) -> bool:
        """Tell whether the folder holds exactly what is wanted."""
        stamp = self.folder / STAMP
        return stamp.exists() and json.loads(stamp.read_text()) == self.wanted()

    @abstractmethod
    def wanted(self) -> dict[str, str]:
        """Return what decides whether an installation is still the right one."""

    @abstractmethod
    def steps(self) -> Iterator["Step"]:
        """Yield the commands that install it into an empty folder."""

    def install(self) -> None:
        """Install it unless it is installed; wait for whoever is doing so already.

        Raises InstallFailed with the end of the log of the step that failed.
        """
        with _locked(home() / f"{self.name}.lock"):
            if self.installed:
                return
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            log = log_file(f"install-{self.name}")
            with log.open("wb") as output:
                for step in self.steps():
                    step.run(self, output, log)
            (self.folder / STAMP).write_text(json.dumps(self.wanted(), indent=2))


@dataclass(frozen=True)
class Step:
    """One command of an installation, run in the folder of the packages."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, packages: Packages, output: BinaryIO, log: Path) -> None:
        """Run it with our own environment: proxies and certificates matter here."""
        program = shutil.which(self.command[0])
        if program is None:
            raise InstallFailed(
                f"{packages.name}: {self.command[0]!r} is not on the PATH; "
                f"install it, then run the installation again"
            )
        ended = subprocess.run(  # noqa: S603 - our own constant command lines
            (program, *self.command[1:]),
            cwd=packages.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if ended.returncode:
            raise InstallFailed(
                f"{packages.name}: {' '.join(self.command)!r} ended with "
                f"{ended.returncode}; the end of {log}:\n{last_lines(log)}"
            )


@dataclass(frozen=True)
class PythonPackages(Packages):
    """Packages from PyPI in a virtual environment of the Python that runs us.

    `pins` are what is asked for; `config/<name>/constraints.txt` holds the versions
    of all that they pull in.  `built` are the pins that come as source only: their
    wheels are built once, with `build_environment`, and kept.  `afterwards` is Python
    code that the new environment runs in its folder.
    """

    pins: tuple[str, ...]
    built: tuple[str, ...] = ()
    build_environment: Mapping[str, str] = field(default_factory=dict)
    afterwards: str = ""

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.folder / "bin" / "python"

    @property
    def constraints(self) -> Path:
        """The file that freezes the dependencies of the pins."""
        return CONFIG / self.name / "constraints.txt"

    def wanted(self) -> dict[str, str]:
        """Return pins, constraints and Python."""
        return {
            "pins": " ".join(self.pins),
            "constraints": _digest(self.constraints),
            "python": sys.version,
        }

    def steps(self) -> Iterator[Step]:
        """Make the environment, build what must be built, install, finish."""
        venv.create(self.folder, symlinks=True, with_pip=True)
        wheels = home() / "wheels"
        wheels.mkdir(exist_ok=True)
        pip = (str(self.python), "-m", "pip", "--disable-pip-version-check")
        for pin in self.built:
            yield Step(
                (*pip, "wheel", "--no-deps", "-f", str(wheels), "-w", str(wheels), pin),
                self.build_environment,
            )
        frozen = ("-c", str(self.constraints))
        yield Step((*pip, "install", "-f", str(wheels), *frozen, *self.pins))
        if self.afterwards:
            yield Step((str(self.python), "-c", self.afterwards))


@dataclass(frozen=True)
class NodePackages(Packages):
    """Packages from npm, as `config/<name>/package-lock.json` freezes them."""

    def wanted(self) -> dict[str, str]:
        """Return the digest of the lock, which names every version."""
        return {"lock": _digest(CONFIG / self.name / "package-lock.json")}

    def steps(self) -> Iterator[Step]:
        """Install what the lock says; no package needs its install scripts."""
        for file in ("package.json", "package-lock.json"):
            shutil.copy(CONFIG / self.name / file, self.folder)
        yield Step(
            ("npm", "ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund")
        )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold a lock that the operating system drops even when we are killed."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
