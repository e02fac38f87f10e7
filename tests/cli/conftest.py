"""Fixtures of the tests of options."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.cli.recording_gateway import RecordingGateway, recording

Serve = Callable[..., RecordingGateway]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Return a function that starts a recording gateway until the test ends."""
    with ExitStack() as stack:

        def start(*faults: Any, **behavior: Any) -> RecordingGateway:  # noqa: ANN401 -- as RecordingGateway has them
            return stack.enter_context(recording(RecordingGateway(*faults, **behavior)))

        yield start
