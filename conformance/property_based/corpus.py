"""The corpus: all generated requests of a seed.

The corpus of seed 0 is in the package, so that a run does not generate it, whatever
versions of schemathesis and hypothesis are installed. The corpus of any other seed is
generated once and stored in the user's cache.

``python -m conformance.property_based.corpus`` generates the corpus in the package
again. Run it after a change of the OpenAPI document or of the generator.
"""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from conformance.model.generated_input import PREFIX, GeneratedInput
from conformance.model.node import Json
from conformance.property_based.document import source
from conformance.property_based.entry import Entry, digest, to_json

SEED: Final = 0
"""The seed whose corpus is in the package."""

PACKAGED: Final = Path(__file__).with_name("corpus-seed-0.jsonl")
"""The file with the corpus of ``SEED``."""

_PACKAGES: Final = ("schemathesis", "hypothesis", "jsonschema")
"""Packages whose versions the corpus depends on."""

_MODULES: Final = ("document.py", "entry.py", "generate.py", "violations.py")
"""Modules that the corpus depends on. If one changes, a cached corpus is not used."""


def made_from() -> dict[str, str]:
    """Return the digest of the document and the versions that determine a corpus."""
    from importlib.metadata import version  # noqa: PLC0415 -- slow, and rarely needed

    document = {"document_sha256": hashlib.sha256(source()).hexdigest()}
    return document | {name: version(name) for name in _PACKAGES}


def serialize(seed: int, entries: tuple[Entry, ...]) -> str:
    """Return a corpus as lines of JSON: a header, then one line for each request.

    The header has the seed, the digest of the corpus, and what it was made from. A
    request without a body has no ``body``. Equal corpora have equal bytes.
    """
    lines: list[Json] = [{"seed": seed, "digest": digest(entries), **made_from()}]
    for entry in entries:
        body = {"body": json.loads(entry.content)} if entry.content else {}
        lines.append({"name": entry.generated.name, **body})
    return "".join(f"{json.dumps(line)}\n" for line in lines)


def header(text: str) -> dict[str, Json]:
    """Return the header of a serialized corpus."""
    first: dict[str, Json] = json.loads(text.partition("\n")[0])
    return first


def parse(text: str) -> tuple[Entry, ...]:
    """Return the entries of a serialized corpus; raises ``ValueError`` if corrupt."""
    entries = tuple(_entries(text))
    try:
        expected = header(text)["digest"]
    except (KeyError, TypeError) as error:
        raise ValueError("the header of the corpus has no digest") from error
    if digest(entries) != expected:
        raise ValueError("the requests do not match the digest of the corpus")
    return entries


def _entries(text: str) -> Iterator[Entry]:
    """Yield the entries of a serialized corpus, whatever its digest."""
    for line in text.split("\n")[1:-1]:
        record = json.loads(line)
        generated = GeneratedInput.of(PREFIX + record["name"])
        if generated is None:
            raise ValueError(f"unknown scenario: {record['name']!r}")
        yield Entry(generated, to_json(record["body"]) if "body" in record else "")


def cache_home() -> Path:
    """Return the cache directory of this user, as is usual on the platform."""
    from platformdirs import user_cache_path  # noqa: PLC0415 -- not needed for seed 0

    return user_cache_path("responses-conformance", appauthor=False)


def cache_file(seed: int) -> Path:
    """Return the cache file of a seed; its name hashes all inputs of the corpus."""
    parts = [json.dumps([seed, made_from()]).encode()]
    parts += [Path(__file__).with_name(name).read_bytes() for name in _MODULES]
    key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    return cache_home() / f"corpus-{key}.jsonl"


def _read(path: Path) -> tuple[Entry, ...] | None:
    """Return a corpus from the cache; ``None`` if it is missing, empty or corrupt."""
    try:
        return parse(path.read_text("utf-8")) or None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def store(path: Path, seed: int, entries: tuple[Entry, ...]) -> None:
    """Write a corpus to the cache, atomically.

    If the cache cannot be written, nothing is stored.
    """
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, suffix=".new", encoding="utf-8", delete=False
        ) as file:
            file.write(serialize(seed, entries))
        Path(file.name).replace(path)


def is_stored(seed: int) -> bool:
    """Return whether the corpus of a seed is in the package or in the cache."""
    return seed == SEED or cache_file(seed).is_file()


def load(seed: int) -> tuple[Entry, ...]:
    """Return the corpus of a seed: from the package, the cache, or newly generated."""
    if seed == SEED:
        return parse(PACKAGED.read_text("utf-8"))
    path = cache_file(seed)
    entries = _read(path)
    if entries is None:
        from conformance.property_based.generate import generate  # noqa: PLC0415 -- slow

        entries = generate(seed)
        store(path, seed, entries)
    return entries


def main() -> None:
    """Generate the corpus in the package again."""
    from conformance.property_based.generate import generate  # noqa: PLC0415 -- slow

    text = serialize(SEED, generate(SEED))
    PACKAGED.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
