"""The table of targets is complete, and pins what it installs."""

import json
from pathlib import Path

import pytest

from tests.real.errors import NotInstalled, UnknownTarget
from tests.real.expecting import FOLDER
from tests.real.home import CONFIG, VARIABLE
from tests.real.packages import NodePackages, PythonPackages
from tests.real.running import UPSTREAM_VARIABLE, UPSTREAMS, needed, running
from tests.real.servers import NAMES, TARGETS, find
from tests.real.target import KEY, SECOND_KEY, Running, Site, Target

UPSTREAM = Running("llama", "http://127.0.0.1:9", "gemma3-270m", "openai")

targets = pytest.mark.parametrize("target", TARGETS, ids=NAMES)


def test_names_are_unique() -> None:
    """A name is a target's address, on the command line and in file names."""
    assert len(set(NAMES)) == len(NAMES)


def test_an_unknown_name_is_answered_with_near_misses() -> None:
    """So is a name that resembles none, with all of them."""
    with pytest.raises(UnknownTarget, match="did you mean portkey"):
        find("portky")
    with pytest.raises(UnknownTarget, match="known: llama, "):
        find("?")


@targets
def test_a_target_is_launched_at_its_port(target: Target, tmp_path: Path) -> None:
    """The port and the upstream end up in what is run, and a key never in a URL."""
    site = Site(tmp_path, 4321, UPSTREAM if target.needs_upstream else None)
    launch = target.launch(site)
    told = " ".join(
        [*launch.command, *launch.environment.values(), str(launch.headers)]
    )

    assert "4321" in told
    assert (UPSTREAM.url in told) == target.needs_upstream
    assert launch.ready.startswith("/")
    assert launch.model


@targets
def test_a_second_key_is_configured_where_it_is_promised(
    target: Target, tmp_path: Path
) -> None:
    """Portkey alone has none to configure: its upstream judges the keys."""
    site = Site(tmp_path, 4321, UPSTREAM if target.needs_upstream else None)
    launch = target.launch(site)
    told = " ".join([*launch.command, *launch.environment.values()])

    if target.name != "portkey":
        assert KEY in told
        assert (SECOND_KEY in told) == target.has_second_key


@targets
def test_every_version_is_pinned(target: Target) -> None:
    """What was judged can be installed again."""
    match target.packages:
        case PythonPackages(pins=pins, constraints=constraints):
            frozen = constraints.read_text().splitlines()
            lines = [line for line in frozen if not line.startswith("#")]
            assert all(line.count("==") == 1 for line in [*pins, *lines])
            assert {pin.partition("[")[0] for pin in pins if "[" in pin} <= {
                line.partition("==")[0] for line in lines
            }
        case NodePackages(name=name):
            wanted = json.loads((CONFIG / name / "package.json").read_text())
            lock = json.loads((CONFIG / name / "package-lock.json").read_text())
            assert lock["packages"][""]["dependencies"] == wanted["dependencies"]
            for package, version in wanted.get("overrides", {}).items():
                assert lock["packages"][f"node_modules/{package}"]["version"] == version
        case other:
            pytest.fail(f"no pins are known for {other!r}")


def test_the_upstream_is_installed_before_what_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The environment may ask for the light one; a target that needs none has none."""
    monkeypatch.delenv(UPSTREAM_VARIABLE, raising=False)
    assert [each.name for each in needed("portkey")] == ["llama", "portkey"]
    assert [each.name for each in needed("portkey", "aimock")] == ["aimock", "portkey"]
    monkeypatch.setenv(UPSTREAM_VARIABLE, "aimock")
    assert [each.name for each in needed("portkey")] == ["aimock", "portkey"]
    assert [each.name for each in needed("aimock")] == ["aimock"]


def test_what_is_not_installed_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says what to run."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))

    with pytest.raises(NotInstalled, match=r"python -m tests\.real install aimock"):
        running("aimock").__enter__()


def test_every_file_of_expectations_belongs_to_a_target() -> None:
    """A renamed target takes its file along."""
    gateways = [target.name for target in TARGETS if target.needs_upstream]
    known = {*NAMES, *(f"{name}.over-{UPSTREAMS[1]}" for name in gateways)}

    assert {file.stem for file in FOLDER.glob("*.json")} <= known
