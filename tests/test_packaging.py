"""The wheel and the source distribution (sdist) are complete."""

import configparser
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def files_below(*directories: str) -> set[str]:
    """Return the paths of all files in these directories, except bytecode."""
    return {
        path.relative_to(ROOT).as_posix()
        for directory in directories
        for path in (ROOT / directory).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """Build the wheel once, in a temporary directory, without a package index."""
    directory = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return zipfile.Path(directory / build_wheel(str(directory)))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist once and return the directory of its unpacked files."""
    directory = tmp_path_factory.mktemp("sdist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        archive = directory / build_sdist(str(directory))
    with tarfile.open(archive) as packed:
        if hasattr(tarfile, "data_filter"):  # not in Debian 12's Python 3.11.2
            packed.extraction_filter = tarfile.data_filter
        packed.extractall(directory)  # noqa: S202 -- the archive was built above
    return directory / archive.name.removesuffix(".tar.gz")


def names(wheel: zipfile.Path) -> set[str]:
    """Return the paths of all files in a wheel, without directories."""
    return {name for name in wheel.root.namelist() if not name.endswith("/")}


def metadata(wheel: zipfile.Path, name: str) -> str:
    """Return the content of a file in the wheel's ``.dist-info``."""
    (path,) = (each for each in names(wheel) if each.endswith(f".dist-info/{name}"))
    return wheel.joinpath(path).read_text("utf-8")


def test_the_wheel_has_the_package_and_its_data(wheel: zipfile.Path) -> None:
    """The package, ``openapi/`` and the report's JSON Schema, but no tests."""
    expected = files_below("conformance") | {
        f"conformance/property_based/{name}" for name in files_below("openapi")
    }
    expected.add("conformance/reports/report.schema.json")
    packaged = {name for name in names(wheel) if ".dist-info/" not in name}

    assert packaged == expected
    assert {
        "conformance/property_based/openapi/newapi.yaml",
        "conformance/py.typed",
    } <= packaged


def test_the_wheel_has_its_entry_points(wheel: zipfile.Path) -> None:
    """The command and the pytest plugin, each in a module of the wheel."""
    entry_points = configparser.ConfigParser()
    entry_points.read_string(metadata(wheel, "entry_points.txt"))

    assert {name: dict(entry_points[name]) for name in entry_points.sections()} == {
        "console_scripts": {"conformance": "conformance.cli.app:main"},
        "pytest11": {"conformance": "conformance.pytest_plugin.entry_point"},
    }
    for module in (
        "conformance/cli/app.py",
        "conformance/pytest_plugin/entry_point.py",
    ):
        assert module in names(wheel)


def test_the_wheel_has_license_readme_and_python_versions(wheel: zipfile.Path) -> None:
    """The metadata ends with the README."""
    text = metadata(wheel, "METADATA")

    assert "\nSummary: A conformance test suite for POST /v1/responses.\n" in text
    assert "\nLicense-Expression: Apache-2.0\n" in text
    assert "\nRequires-Python: >=3.11\n" in text
    assert text.endswith((ROOT / "README.md").read_text("utf-8"))
    (license_file,) = (name for name in names(wheel) if name.endswith("/LICENSE"))
    assert wheel.joinpath(license_file).read_text() == (ROOT / "LICENSE").read_text()


def test_the_sdist_can_be_tested_and_built(
    wheel: zipfile.Path, sdist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has all files that tox needs, and builds the same wheel."""
    needed = {".ci/run", "LICENSE", "constraints.txt", "pyproject.toml", "tox.ini"}
    needed |= {path.name for path in ROOT.glob("*.md")}
    needed |= files_below("benchmarks", "conformance", "docs", "openapi", "tests")

    assert [name for name in sorted(needed) if not (sdist / name).is_file()] == []
    monkeypatch.chdir(sdist)
    rebuilt = zipfile.Path(tmp_path / build_wheel(str(tmp_path)))
    assert names(rebuilt) == names(wheel)


def test_plain_tox_needs_no_particular_python() -> None:
    """The default environments name no Python version and install pinned versions."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", "utf-8")

    assert settings["tox"]["env_list"] == "lint, py"
    assert "{tox_root}{/}constraints.txt" in settings["testenv"]["install_command"]
    assert [name for name in settings.sections() if re.search(r"py\d", name)] == []


def test_the_constraints_are_exact_and_satisfy_the_dependencies(
    wheel: zipfile.Path,
) -> None:
    """Every dependency, those of extras included, is pinned to an allowed version."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [
        Requirement(line.split("#")[0]) for line in lines if line[:1] not in {"", "#"}
    ]
    versions = {}
    for pin in pins:
        (exact,) = pin.specifier
        assert exact.operator == "=="
        versions[pin.name] = exact.version

    assert len(versions) == len(pins)
    for line in metadata(wheel, "METADATA").splitlines():
        if line.startswith("Requires-Dist: "):
            dependency = Requirement(line.removeprefix("Requires-Dist: "))
            if dependency.name != "responses-conformance":
                version = versions[dependency.name]
                assert dependency.specifier.contains(version), str(dependency)
