"""An installation happens once, heals itself, and says what went wrong."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real import home
from tests.real.errors import InstallFailed
from tests.real.packages import Packages, Step

APPEND = "import sys; print('installed', file=open('../runs.txt', 'a'))"


@dataclass(frozen=True)
class Fake(Packages):
    """Packages whose installation is a line of Python."""

    version: str = "1"
    command: tuple[str, ...] = (sys.executable, "-c", APPEND)

    def wanted(self) -> dict[str, str]:
        """Name the version only."""
        return {"version": self.version}

    def steps(self) -> Iterator[Step]:
        """Run the one command."""
        yield Step(self.command)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the cache folder be one that is not there yet."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(home.VARIABLE, str(folder))
    return folder


def runs(cache: Path) -> int:
    """Count how often the command ran."""
    return len((cache / "runs.txt").read_text().splitlines())


def test_what_is_installed_is_not_installed_again(cache: Path) -> None:
    """The second call finds the stamp of the first."""
    Fake("fake").install()
    Fake("fake").install()

    assert Fake("fake").installed
    assert runs(cache) == 1


def test_another_version_empties_the_folder(cache: Path) -> None:
    """Nothing of the old version stays."""
    Fake("fake").install()
    (cache / "fake" / "old").touch()
    Fake("fake", version="2").install()

    assert not (cache / "fake" / "old").exists()
    assert not Fake("fake").installed
    assert runs(cache) == 2


def test_a_failed_step_shows_its_output_and_is_no_installation() -> None:
    """The error names the command, its exit code and what it printed."""
    fake = Fake("fake", command=(sys.executable, "-c", "exit('no such version')"))

    with pytest.raises(InstallFailed, match=r"ended with 1(?s:.*)no such version"):
        fake.install()
    assert not fake.installed


def test_a_missing_program_is_named() -> None:
    """Node, for one, is not on every machine."""
    with pytest.raises(InstallFailed, match="'no-such-npm' is not on the PATH"):
        Fake("fake", command=("no-such-npm", "ci")).install()


def test_the_cache_is_in_the_home_folder_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An empty variable is an unset one."""
    monkeypatch.setenv(home.VARIABLE, "")

    assert home.home() == Path.home() / ".cache" / "responses-conformance" / "real"
