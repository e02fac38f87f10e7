"""The Dockerfile, as far as it can be tested without a container engine."""

import re
import shutil
from pathlib import Path

import pytest
from hatchling.build import build_wheel

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "docs" / "docker" / "Dockerfile").read_text("utf-8")
WITHOUT_COMMENTS = re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE)
INSTRUCTIONS = [
    (keyword, re.sub(r"\\\n\s*", "", arguments))
    for keyword, arguments in re.findall(
        r"^([A-Z]+) ((?:.*\\\n)*.*)$", WITHOUT_COMMENTS, flags=re.MULTILINE
    )
]


def arguments_of(keyword: str) -> list[str]:
    """Return the arguments of each instruction with this keyword."""
    return [arguments for name, arguments in INSTRUCTIONS if name == keyword]


def test_every_keyword_is_known_and_used() -> None:
    """A misread line would add or lose a keyword."""
    known = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "ENTRYPOINT", "CMD"]

    assert {keyword for keyword, _ in INSTRUCTIONS} == set(known)
    assert INSTRUCTIONS[0][0] == "FROM"


def test_the_build_context_has_exactly_the_copied_files() -> None:
    """Reports and keys in a checkout are not sent to the container engine."""
    ignore_file = ROOT / "docs" / "docker" / "Dockerfile.dockerignore"
    first, *patterns = ignore_file.read_text("utf-8").splitlines()
    copied = {
        source.rstrip("/")
        for arguments in arguments_of("COPY")
        if not arguments.startswith("--from")
        for source in arguments.split()[:-1]
    }

    assert first == "*"
    assert {line[1:] for line in patterns if line.startswith("!")} == copied


def test_the_wheel_can_be_built_from_the_copied_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file of the checkout is missing from the ``COPY`` instructions."""
    context = tmp_path / "source"
    context.mkdir()
    for arguments in arguments_of("COPY"):
        if arguments.startswith("--from"):
            continue
        *sources, target = arguments.split()
        for source in sources:
            copy = context / target / (source if target == "./" else "")
            if (ROOT / source).is_dir():
                shutil.copytree(
                    ROOT / source, copy, ignore=shutil.ignore_patterns("__pycache__")
                )
            else:
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, copy)
    monkeypatch.chdir(context)
    name = build_wheel(str(tmp_path))

    assert (tmp_path / name).stat().st_size > 100_000
    assert (context / "constraints.txt").is_file()


def test_the_image_needs_no_build_tools() -> None:
    """Dependencies are installed from wheels only, in the constrained versions."""
    (build, _) = arguments_of("RUN")

    assert "--only-binary :all:" in build
    assert "--constraint constraints.txt" in build
    assert not re.search(r"apt|apk|gcc|build-essential", "".join(arguments_of("RUN")))


def test_the_image_has_an_unprivileged_user_and_no_secret() -> None:
    """The user is numeric, so Kubernetes can verify that it is not root."""
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", arguments_of("USER")[-1])
    keywords = [keyword for keyword, _ in INSTRUCTIONS]
    assert keywords.index("USER") < keywords.index("ENTRYPOINT")
    every_argument = "".join(arguments for _, arguments in INSTRUCTIONS)
    assert not re.search(r"KEY|TOKEN|SECRET|sk-", every_argument)
    assert arguments_of("ENTRYPOINT") == ['["conformance"]']
