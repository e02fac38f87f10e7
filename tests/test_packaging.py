"""What is handed to others is whole: the wheel and the source archive."""

import configparser
import re
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def files_below(*folders: str) -> set[str]:
    """List the files of the checkout's folders, less what an interpreter leaves."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    """Build the wheel once, outside of the checkout, without an index."""
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return zipfile.Path(folder / build_wheel(str(folder)))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive once and unpack it."""
    folder = tmp_path_factory.mktemp("sdist")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        archive = folder / build_sdist(str(folder))
    with tarfile.open(archive) as packed:
        if hasattr(tarfile, "data_filter"):  # Debian 12 has Python 3.11.2, without it
            packed.extraction_filter = tarfile.data_filter
        packed.extractall(folder)  # noqa: S202 -- our own archive
    return folder / archive.name.removesuffix(".tar.gz")


def names(wheel: zipfile.Path) -> set[str]:
    """List the files of a wheel, less its folders."""
    return {name for name in wheel.root.namelist() if not name.endswith("/")}


def metadata(wheel: zipfile.Path, name: str) -> str:
    """Read one file of the wheel's own description."""
    (found,) = (each for each in names(wheel) if each.endswith(f".dist-info/{name}"))
    return wheel.joinpath(found).read_text("utf-8")


def test_the_wheel_is_the_package_with_its_contract(wheel: zipfile.Path) -> None:
    """The package, ``openapi/``, the schema of reports, and nothing else: no tests."""
    wanted = files_below("conformance") | {
        f"conformance/property_based/{name}" for name in files_below("openapi")
    }
    wanted.add("conformance/reports/report.schema.json")
    found = {name for name in names(wheel) if ".dist-info/" not in name}
    assert found == wanted
    assert {
        "conformance/property_based/openapi/newapi.yaml",
        "conformance/py.typed",
    } <= found


def test_the_wheel_names_its_entry_points(wheel: zipfile.Path) -> None:
    """The command and the pytest plugin, each in a module that is there."""
    points = configparser.ConfigParser()
    points.read_string(metadata(wheel, "entry_points.txt"))
    assert {name: dict(points[name]) for name in points.sections()} == {
        "console_scripts": {"conformance": "conformance.cli.app:main"},
        "pytest11": {"conformance": "conformance.pytest_plugin.entry_point"},
    }
    for module in (
        "conformance/cli/app.py",
        "conformance/pytest_plugin/entry_point.py",
    ):
        assert module in names(wheel)


def test_the_wheel_says_what_it_is(wheel: zipfile.Path) -> None:
    """Licence, README and Python versions travel with it."""
    described = metadata(wheel, "METADATA")
    assert "\nLicense-Expression: Apache-2.0\n" in described
    assert "\nRequires-Python: >=3.11\n" in described
    assert described.endswith((ROOT / "README.md").read_text("utf-8"))
    (licence,) = (name for name in names(wheel) if name.endswith("/LICENSE"))
    assert wheel.joinpath(licence).read_text() == (ROOT / "LICENSE").read_text()


def test_the_source_archive_can_be_tested_and_built(
    wheel: zipfile.Path, sdist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds what tox needs, and makes the same wheel."""
    needed = {".ci/run", "LICENSE", "README.md", "constraints.txt", "tox.ini"}
    needed |= files_below("conformance", "docs", "openapi", "tests")
    assert [name for name in sorted(needed) if not (sdist / name).is_file()] == []
    monkeypatch.chdir(sdist)
    again = zipfile.Path(tmp_path / build_wheel(str(tmp_path)))
    assert names(again) == names(wheel)


def test_plain_tox_needs_no_particular_python() -> None:
    """The default environments name no version, and install what is pinned."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(ROOT / "tox.ini", "utf-8")
    assert settings["tox"]["env_list"] == "lint, py"
    assert "{tox_root}{/}constraints.txt" in settings["testenv"]["install_command"]
    assert [each for each in settings.sections() if re.search(r"py\d", each)] == []


def test_the_constraints_are_exact_and_satisfy_what_is_required(
    wheel: zipfile.Path,
) -> None:
    """Every requirement of the package, extras included, is pinned within its range."""
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
            wanted = Requirement(line.removeprefix("Requires-Dist: "))
            if wanted.name != "responses-conformance":
                assert wanted.specifier.contains(versions[wanted.name]), str(wanted)
