"""Packages are installed once, repaired if incomplete, and report failed steps."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real import cache
from tests.real.errors import InstallFailed
from tests.real.packages import Packages, Step

APPEND = "import sys; print('installed', file=open('../runs.txt', 'a'))"


@dataclass(frozen=True)
class Fake(Packages):
    """Packages whose installation is one line of Python."""

    version: str = "1"
    command: tuple[str, ...] = (sys.executable, "-c", APPEND)

    def fingerprint(self) -> dict[str, str]:
        """Return the version."""
        return {"version": self.version}

    def steps(self) -> Iterator[Step]:
        """Yield the command."""
        yield Step(self.command)


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use a cache directory that does not exist yet."""
    path = tmp_path / "cache"
    monkeypatch.setenv(cache.VARIABLE, str(path))
    return path


def run_count(directory: Path) -> int:
    """Return how often the command has run."""
    return len((directory / "runs.txt").read_text().splitlines())


def test_installed_packages_are_not_installed_again(directory: Path) -> None:
    """The second call finds the stamp of the first."""
    Fake("fake").install()
    Fake("fake").install()

    assert Fake("fake").is_installed
    assert run_count(directory) == 1


def test_another_version_replaces_the_directory(directory: Path) -> None:
    """No file of the old version is left."""
    Fake("fake").install()
    (directory / "fake" / "old").touch()
    Fake("fake", version="2").install()

    assert not (directory / "fake" / "old").exists()
    assert not Fake("fake").is_installed
    assert run_count(directory) == 2


def test_after_a_failed_step_the_packages_are_not_installed() -> None:
    """The error has the exit code and the output of the command."""
    fake = Fake("fake", command=(sys.executable, "-c", "exit('no such version')"))

    with pytest.raises(InstallFailed, match=r"exited with 1(?s:.*)no such version"):
        fake.install()
    assert not fake.is_installed


def test_a_missing_program_is_named() -> None:
    """For example, Node is not installed everywhere."""
    with pytest.raises(InstallFailed, match="'no-such-npm' is not on the PATH"):
        Fake("fake", command=("no-such-npm", "ci")).install()


def test_the_cache_is_in_the_home_directory_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty variable counts as not set."""
    monkeypatch.setenv(cache.VARIABLE, "")

    default = Path.home() / ".cache" / "responses-conformance" / "real"
    assert cache.cache_directory() == default
