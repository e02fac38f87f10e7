"""The Dockerfile, as far as it can be tried without an engine."""

import re
import shutil
from pathlib import Path

import pytest
from hatchling.build import build_wheel

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "docker" / "Dockerfile").read_text("utf-8")
BARE = re.sub(r"^#.*\n", "", TEXT, flags=re.MULTILINE)
STEPS = [
    (keyword, re.sub(r"\\\n\s*", "", rest))
    for keyword, rest in re.findall(
        r"^([A-Z]+) ((?:.*\\\n)*.*)$", BARE, flags=re.MULTILINE
    )
]


def of(keyword: str) -> list[str]:
    """Return what stands behind each use of a keyword."""
    return [rest for word, rest in STEPS if word == keyword]


def test_every_line_is_an_instruction_that_there_is() -> None:
    """None was lost on the way, and none is new."""
    known = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"]

    assert {keyword for keyword, _ in STEPS} == set(known)
    assert STEPS[0][0] == "FROM"


def test_the_context_holds_what_is_copied_and_no_more() -> None:
    """Neither reports nor keys that lie about in a checkout are sent to an engine."""
    ignored = ROOT / "docs" / "docker" / "Dockerfile.dockerignore"
    first, *kept = ignored.read_text("utf-8").splitlines()
    copied = {
        source.rstrip("/")
        for rest in of("COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    }

    assert first == "*"
    assert {line[1:] for line in kept if line.startswith("!")} == copied


def test_what_is_copied_is_all_that_the_wheel_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same files as of a whole checkout."""
    copied = tmp_path / "source"
    copied.mkdir()
    for rest in of("COPY"):
        if rest.startswith("--from"):
            continue
        *sources, target = rest.split()
        for source in sources:
            there = copied / target / (source if target == "./" else "")
            if (ROOT / source).is_dir():
                shutil.copytree(
                    ROOT / source, there, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, there)
    monkeypatch.chdir(copied)
    name = build_wheel(str(tmp_path))

    assert (tmp_path / name).stat().st_size > 100_000
    assert (copied / "constraints.txt").is_file()


def test_it_needs_no_build_tools() -> None:
    """Dependencies come as wheels or not at all, by the versions that were tested."""
    (build, _) = of("RUN")

    assert "--only-binary :all:" in build
    assert "--constraint constraints.txt" in build
    assert not re.search(r"apt|apk|gcc|build-essential", "".join(of("RUN")))


def test_it_runs_as_nobody_in_particular_and_holds_no_secret() -> None:
    """A numbered user, so that a cluster can see that it is not root."""
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", of("USER")[-1])
    keywords = [keyword for keyword, _ in STEPS]
    assert keywords.index("USER") < keywords.index("ENTRYPOINT")
    assert not re.search(r"KEY|TOKEN|SECRET|sk-", "".join(rest for _, rest in STEPS))
    assert of("ENTRYPOINT") == ['["conformance"]']
