"""The corpus: all generated requests, generated once and stored in the user's cache."""

import hashlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

from conformance.model.generated_input import GeneratedInput, Scenario
from conformance.model.node import Json
from conformance.property_based.document import source
from conformance.property_based.entry import Entry, digest

_MODULES: Final = ("document.py", "entry.py", "generate.py", "violations.py")
"""Modules that the corpus depends on: if one changes, the cache is not used."""

_PACKAGES: Final = ("schemathesis", "hypothesis", "jsonschema")
"""Packages whose versions the corpus depends on."""


def cache_home() -> Path:
    """Return the cache directory of this user, as is usual on the platform."""
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "responses-conformance"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        home = Path(local) if local else Path.home() / "AppData" / "Local"
        return home / "responses-conformance" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "responses-conformance"
    return Path.home() / ".cache" / "responses-conformance"


def cache_file(seed: int) -> Path:
    """Return the cache file of a seed; its name hashes all inputs of the corpus."""
    parts = [source(), str(seed).encode()]
    parts += [(Path(__file__).parent / name).read_bytes() for name in _MODULES]
    parts += [version(name).encode() for name in _PACKAGES]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    return cache_home() / f"corpus-{key}.json"


def _read(path: Path) -> tuple[Entry, ...] | None:
    """Return a stored corpus; ``None`` if there is none or it is corrupt."""
    try:
        stored: Json = json.loads(path.read_bytes())
        entries = tuple(
            Entry(GeneratedInput(Scenario(scenario), location, digest_), content)
            for scenario, location, digest_, content in stored["entries"]
        )
        return entries if entries and stored["digest"] == digest(entries) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def store(path: Path, entries: tuple[Entry, ...]) -> None:
    """Write a corpus to the cache, atomically.

    If the cache cannot be written, nothing is stored.
    """
    stored = {
        "digest": digest(entries),
        "entries": [
            (e.generated.scenario, e.generated.path, e.generated.digest, e.content)
            for e in entries
        ],
    }
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".new", encoding="utf-8", delete=False
        ) as file:
            json.dump(stored, file, ensure_ascii=False)
        Path(file.name).replace(path)


def is_stored(seed: int) -> bool:
    """Return whether the corpus of a seed is in the cache."""
    return cache_file(seed).is_file()


def load(seed: int) -> tuple[Entry, ...]:
    """Return the corpus of a seed, from the cache or newly generated."""
    path = cache_file(seed)
    entries = _read(path)
    if entries is None:
        from conformance.property_based.generate import generate  # noqa: PLC0415 -- slow

        entries = generate(seed)
        store(path, entries)
    return entries
