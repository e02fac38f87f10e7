"""Test the READMEs: both lines work on a fresh machine, and every number is current."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.zh-CN.md")
MAX_LINES = 150
_FENCE = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
_SECTIONS = re.compile(r"^\| (`\w+`(?:(?:, |、)`\w+`)*) \|.*\| (\d+) \|$", re.MULTILINE)
_TOTAL = re.compile(r"^\| \*\*.+\| \*\*(\d+)\*\* \|$", re.MULTILINE)
_MEASURED = re.compile(r"^\| .* \| (\d+) \| `(.+)` \|$", re.MULTILINE)
_OFFLINE = re.compile(r"Retrying \(|No matching distribution found|Connection refused")


def read(name: str) -> str:
    """Return the text of a README."""
    return (ROOT / name).read_text("utf-8")


def setup_lines(name: str) -> list[str]:
    """Return the shell lines of a README that create an environment, in order."""
    lines = [line for block in _FENCE.findall(read(name)) for line in block.split("\n")]
    return [line for line in lines if line.startswith("python3 -m venv ")]


def shell(
    line: str, cwd: Path, env: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a line in a POSIX shell; standard error becomes part of the output."""
    return subprocess.run(  # noqa: S603 -- lines of the README
        ["/bin/sh", "-c", line],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=900,
    )


def active_environment() -> dict[str, str]:
    """Return the environment of the tests, with their interpreter first in PATH."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    return {**os.environ, "PATH": path}


def requirements_by_section() -> Counter[str]:
    """Count the tested requirements of each section, in all profiles."""
    listed = shell("conformance list --format markdown", ROOT, active_environment())
    counts = Counter[str]()
    heading = ""
    for line in listed.stdout.splitlines():
        heading = line.removeprefix("## ") if line.startswith("## ") else heading
        if re.fullmatch(r"\w+", heading):
            counts[heading] += line.startswith('| <a id="')
    return counts


def fresh_checkout(folder: Path) -> Path:
    """Clone the repository, or copy its files if this is not a Git checkout."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        subprocess.run(  # noqa: S603 -- no input from outside
            [git, "clone", "--quiet", ROOT, folder], check=True
        )
    else:
        ignored = shutil.ignore_patterns(".*", "__pycache__", "build", "dist")
        shutil.copytree(ROOT, folder, ignore=ignored)
    return folder


def externally_managed_python(folder: Path) -> Path:
    """Create a ``python3`` that pip must not install into, as Debian's; return its bin.

    The interpreter and the standard library are those that run the tests. The copy has
    a prefix of its own, made of symbolic links, because pip looks for the marker file
    of PEP 668 in the standard library and ignores it in a virtual environment.
    """
    stdlib = Path(sysconfig.get_path("stdlib"))
    copy = folder / stdlib.relative_to(sys.base_prefix)
    (copy / "site-packages").mkdir(parents=True)
    for path in stdlib.iterdir():
        if path.name not in {"site-packages", "EXTERNALLY-MANAGED"}:
            (copy / path.name).symlink_to(path)
    (copy / "EXTERNALLY-MANAGED").write_text(
        "[externally-managed]\nError=This Python belongs to the operating system.\n"
    )
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    binary = Path(sys.base_prefix, "bin", f"python{version}")
    script = folder / "bin" / "python3"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec env PYTHONHOME="{folder}" "{binary}" "$@"\n')
    script.chmod(0o755)
    return script.parent


def fresh_environment(home: Path, *bins: Path) -> dict[str, str]:
    """Return the environment of a new user: an empty home, and only system programs.

    What pip needs to reach its index stays: its variables, its configuration file, its
    cache, proxies and certificates.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("PIP_") or name.lower().endswith(("_proxy", "_cert_file"))
    }
    caches = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser()
    configuration = Path("~/.config/pip/pip.conf").expanduser()
    kept.setdefault("PIP_CACHE_DIR", str(caches / "pip"))
    if configuration.is_file():
        kept.setdefault("PIP_CONFIG_FILE", str(configuration))
    home.mkdir()
    path = os.pathsep.join([*map(str, bins), os.defpath])
    return {**kept, "HOME": str(home), "PATH": path, "LC_ALL": "C.UTF-8"}


def test_both_readmes_have_the_same_two_lines() -> None:
    """One line that runs the main job, and one that runs the tests."""
    english, chinese = map(setup_lines, READMES)

    assert english == chinese
    assert [line.split(" && ")[-1] for line in english] == [
        ".venv/bin/conformance run",
        ".venv/bin/tox",
    ]


def test_ci_ends_with_the_second_line() -> None:
    """The script runs the line exactly as the README has it."""
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    assert script.read_text("utf-8").splitlines()[-1] == setup_lines("README.md")[1]


def test_first_line_works_where_pip_cannot_install(tmp_path: Path) -> None:
    """In a fresh clone, with an empty home and an externally managed Python.

    Needs the package index that pip is configured for. Fails without it, because a test
    that is skipped would not be noticed.
    """
    checkout = fresh_checkout(tmp_path / "checkout")
    python = externally_managed_python(tmp_path / "system")
    environment = fresh_environment(tmp_path / "home", python)

    first = shell(setup_lines("README.md")[0], checkout, environment)
    if first.returncode and _OFFLINE.search(first.stdout):
        pytest.fail(
            f"the package index is out of reach:\n{first.stdout}", pytrace=False
        )
    assert first.returncode == 0, first.stdout
    (report,) = (checkout / "reports").glob("*-newapi/report.json")
    assert json.loads(report.read_text("utf-8"))["verdict"] == "conformant"

    (packages,) = (checkout / ".venv").glob("lib/python3*/site-packages")
    with_pip = {**environment, "PYTHONPATH": str(packages)}
    outside = shell("python3 -m pip install .", checkout, with_pip)
    assert outside.returncode == 1, outside.stdout
    assert "externally-managed-environment" in outside.stdout


def test_ci_runs_the_interpreter_that_python_names(tmp_path: Path) -> None:
    """Whatever it is called; the line itself says ``python3``."""
    checkout = tmp_path / "checkout"
    (checkout / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", checkout / ".ci")
    named = tmp_path / "snake"
    named.write_text(
        f'#!/bin/sh\n[ "$1" = -m ] && echo "called: $*" && exit 7\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    named.chmod(0o755)

    done = shell(".ci/run", checkout, {**os.environ, "PYTHON": str(named)})

    assert done.returncode == 7, done.stdout
    assert done.stdout.splitlines()[-1] == "called: -m venv .venv"


def test_ci_explains_what_is_missing() -> None:
    """Without a suitable interpreter the script ends before it changes anything."""
    done = shell(".ci/run", ROOT, {**os.environ, "PYTHON": "no-such-python"})

    assert done.returncode == 1
    assert "Python 3.11 or later" in done.stdout
    assert "PYTHON=/path/to/python" in done.stdout


@pytest.mark.parametrize("name", READMES)
def test_requirement_counts_are_current(name: str) -> None:
    """Each section is in exactly one row, and each row has the sum of its sections."""
    counts = requirements_by_section()
    rows = [(re.findall(r"\w+", s), int(n)) for s, n in _SECTIONS.findall(read(name))]
    total = str(counts.total())

    assert sorted(s for sections, _ in rows for s in sections) == sorted(counts)
    assert rows == [(s, sum(counts[each] for each in s)) for s, _ in rows]
    assert _TOTAL.findall(read(name)) == [total]
    assert set(re.findall(r"(\d+) (?:requirements|项要求)", read(name))) == {total}


@pytest.mark.parametrize("name", READMES)
def test_measured_numbers_are_what_their_commands_print(name: str) -> None:
    """The commands run as a reader runs them: in the checkout, environment active."""
    environment = active_environment()
    measured = _MEASURED.findall(read(name))
    printed = [
        (shell(command.replace("\\|", "|"), ROOT, environment).stdout.strip(), command)
        for _, command in measured
    ]

    assert measured
    assert printed == measured


@pytest.mark.parametrize("name", READMES)
def test_readme_is_short(name: str) -> None:
    """A reader who needs more follows a link."""
    assert read(name).count("\n") <= MAX_LINES
