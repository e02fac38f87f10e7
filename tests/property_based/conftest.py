"""One corpus for all tests, in a temporary cache instead of the user's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.property_based.corpus import load
from conformance.property_based.entry import Entry


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the cache directory of these tests."""
    home = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(home))
        yield home


@pytest.fixture(scope="session")
def corpus(cache: Path) -> tuple[Entry, ...]:
    """Return the corpus of seed 0."""
    assert cache.is_dir()
    return load(0)
