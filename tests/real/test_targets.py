"""Every target is complete and pins the versions of its packages."""

import json
from pathlib import Path

import pytest

from tests.real.cache import CONFIG, VARIABLE
from tests.real.errors import NotInstalled, UnknownTarget
from tests.real.expected_failures import DIRECTORY
from tests.real.launcher import (
    UPSTREAM_VARIABLE,
    UPSTREAMS,
    required_targets,
    run_target,
)
from tests.real.packages import NodePackages, PythonPackages
from tests.real.servers import NAMES, TARGETS, find
from tests.real.target import KEY, SECOND_KEY, LaunchContext, RunningServer, Target

UPSTREAM = RunningServer("llama", "http://127.0.0.1:9", "gemma3-270m", "openai")

targets = pytest.mark.parametrize("target", TARGETS, ids=NAMES)


def test_names_are_unique() -> None:
    """Names identify targets on the command line and in file names."""
    assert len(set(NAMES)) == len(NAMES)


def test_an_unknown_name_raises_with_similar_names() -> None:
    """If no name is similar, the error lists all of them."""
    with pytest.raises(UnknownTarget, match="did you mean portkey"):
        find("portky")
    with pytest.raises(UnknownTarget, match="known targets: llama, "):
        find("?")


@targets
def test_a_launch_has_the_port_and_the_upstream(target: Target, tmp_path: Path) -> None:
    """The upstream's URL is present exactly if the target needs an upstream."""
    context = LaunchContext(tmp_path, 4321, UPSTREAM if target.needs_upstream else None)
    launch = target.launch(context)
    text = " ".join(
        [*launch.command, *launch.environment.values(), str(launch.headers)]
    )

    assert "4321" in text
    assert (UPSTREAM.url in text) == target.needs_upstream
    assert launch.health_path.startswith("/")
    assert launch.model


@targets
def test_a_declared_second_key_is_configured(target: Target, tmp_path: Path) -> None:
    """Not for Portkey, whose upstream checks the keys."""
    context = LaunchContext(tmp_path, 4321, UPSTREAM if target.needs_upstream else None)
    launch = target.launch(context)
    text = " ".join([*launch.command, *launch.environment.values()])

    if target.name != "portkey":
        assert KEY in text
        assert (SECOND_KEY in text) == target.has_second_key


@targets
def test_every_version_is_pinned(target: Target) -> None:
    """The tested versions can be installed again."""
    match target.packages:
        case PythonPackages(pins=pins, constraints=constraints):
            text = constraints.read_text().splitlines()
            lines = [line for line in text if not line.startswith("#")]
            assert all(line.count("==") == 1 for line in [*pins, *lines])
            assert {pin.partition("[")[0] for pin in pins if "[" in pin} <= {
                line.partition("==")[0] for line in lines
            }
        case NodePackages(name=name):
            manifest = json.loads((CONFIG / name / "package.json").read_text())
            lock = json.loads((CONFIG / name / "package-lock.json").read_text())
            assert lock["packages"][""]["dependencies"] == manifest["dependencies"]
            for package, version in manifest.get("overrides", {}).items():
                assert lock["packages"][f"node_modules/{package}"]["version"] == version
        case other:
            pytest.fail(f"no pins are known for {other!r}")


def test_a_gateway_requires_its_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    """The upstream is an argument, the environment variable or the default."""
    monkeypatch.delenv(UPSTREAM_VARIABLE, raising=False)
    assert [each.name for each in required_targets("portkey")] == ["llama", "portkey"]
    assert [each.name for each in required_targets("portkey", "aimock")] == [
        "aimock",
        "portkey",
    ]
    monkeypatch.setenv(UPSTREAM_VARIABLE, "aimock")
    assert [each.name for each in required_targets("portkey")] == ["aimock", "portkey"]
    assert [each.name for each in required_targets("aimock")] == ["aimock"]


def test_a_target_that_is_not_installed_is_not_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error names the command that installs it."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))

    with pytest.raises(NotInstalled, match=r"python -m tests\.real install aimock"):
        run_target("aimock").__enter__()


def test_every_file_of_expected_failures_belongs_to_a_target() -> None:
    """No file is left under the old name of a renamed target."""
    gateways = [target.name for target in TARGETS if target.needs_upstream]
    names = {*NAMES, *(f"{name}.over-{UPSTREAMS[1]}" for name in gateways)}

    assert {file.stem for file in DIRECTORY.glob("*.json")} <= names
