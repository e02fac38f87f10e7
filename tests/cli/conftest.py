"""Fixtures of the tests of options."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from conformance.reference.gateway import KEY, SECOND_KEY
from tests.cli.recording_gateway import RecordingGateway, recording

Serve = Callable[..., RecordingGateway]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a recording gateway until the test ends."""
    with ExitStack() as stack:

        def start(*faults: Any, **behavior: Any) -> RecordingGateway:  # noqa: ANN401 -- as RecordingGateway has them
            return stack.enter_context(recording(RecordingGateway(*faults, **behavior)))

        yield start


@pytest.fixture
def empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory; the environment has two keys, and no options."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    monkeypatch.setenv("MINE", SECOND_KEY)
