"""The corpus: every generated request, generated once and kept in the user's cache."""

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

_DRAWING: Final = ("document.py", "entry.py", "generate.py", "violations.py")
"""Our own code that a corpus depends on: another text of it is another corpus."""

_DRAWN_BY: Final = ("schemathesis", "hypothesis", "jsonschema")


def cache_home() -> Path:
    """Return where this user's caches are kept, by the habits of the platform."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / "responses-conformance"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA")
        home = Path(local) if local else Path.home() / "AppData" / "Local"
        return home / "responses-conformance" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "responses-conformance"
    return Path.home() / ".cache" / "responses-conformance"


def cache_file(seed: int) -> Path:
    """Return where the corpus of a seed is kept: named by all that it depends on."""
    parts = [source(), str(seed).encode()]
    parts += [(Path(__file__).parent / name).read_bytes() for name in _DRAWING]
    parts += [version(name).encode() for name in _DRAWN_BY]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    return cache_home() / f"corpus-{key}.json"


def _read(path: Path) -> tuple[Entry, ...] | None:
    """Return a kept corpus; ``None`` when there is none, or it is damaged."""
    try:
        kept: Json = json.loads(path.read_bytes())
        entries = tuple(
            Entry(GeneratedInput(Scenario(scenario), place, mark), content)
            for scenario, place, mark, content in kept["entries"]
        )
        return entries if entries and kept["digest"] == digest(entries) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def store(path: Path, entries: tuple[Entry, ...]) -> None:
    """Write a corpus where ``load`` finds it; a reader never sees half of it.

    A cache that cannot be written is done without.
    """
    kept = {
        "digest": digest(entries),
        "entries": [
            (e.drawn.scenario, e.drawn.path, e.drawn.digest, e.content) for e in entries
        ],
    }
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".new", encoding="utf-8", delete=False
        ) as file:
            json.dump(kept, file, ensure_ascii=False)
        Path(file.name).replace(path)


def is_stored(seed: int) -> bool:
    """Say whether the corpus of a seed need not be drawn."""
    return cache_file(seed).is_file()


def load(seed: int) -> tuple[Entry, ...]:
    """Return the corpus of a seed, out of the cache or newly drawn."""
    path = cache_file(seed)
    entries = _read(path)
    if entries is None:
        from conformance.property_based.generate import generate  # noqa: PLC0415 -- dear

        entries = generate(seed)
        store(path, entries)
    return entries
