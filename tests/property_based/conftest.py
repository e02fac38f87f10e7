"""The packaged corpus, and a temporary cache instead of the user's own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.property_based import corpus as corpus_module
from conformance.property_based.corpus import load
from conformance.property_based.entry import Entry


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the cache directory of these tests."""
    home = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus_module, "cache_home", lambda: home)
        yield home


@pytest.fixture(scope="session")
def corpus(cache: Path) -> tuple[Entry, ...]:
    """Return the corpus of seed 0."""
    assert cache.is_dir()
    return load(0)
