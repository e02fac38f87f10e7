"""Translations of reports and requirements: English (in the code) and Chinese (TOML).

The Chinese texts are in the directory ``zh``. In ``interface.toml`` (texts of pages)
and ``reasons.toml`` (common reasons of verdicts), the key is the English text. In
``requirements/``, the key is the id of the requirement.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from conformance.model.requirement import Requirement

LANGUAGES: Final = ("en", "zh")
"""The languages of a report; the first one is the default."""

TAGS: Final = {"en": "en", "zh": "zh-Hans"}
"""The BCP 47 tag of each language, for the ``lang`` attribute in HTML."""


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _table(name: str) -> Mapping[str, str]:
    """Return the content of ``{name}.toml``: Chinese texts by their English text."""
    return _read(files(__name__) / "zh" / f"{name}.toml")


@cache
def requirement_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese texts of every requirement by its id.

    ``text`` is the text of the requirement, ``cause`` the usual cause of a failure and
    ``because`` the reason why it is not tested. A requirement without a cause or reason
    has no such key.
    """
    texts: dict[str, Mapping[str, str]] = {}
    folder = files(__name__) / "zh" / "requirements"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        texts |= _read(file)
    return texts


def interface() -> Mapping[str, str]:
    """Return the Chinese texts of the pages by their English text."""
    return _table("interface")


def translate(text: str, lang: str) -> str:
    """Return ``text`` in ``lang``; raises ``LookupError`` if it has no translation."""
    if lang == "en":
        return text
    if text not in interface():
        raise LookupError(f"interface.toml has no Chinese for {text!r}")
    return interface()[text]


def _translated_field(
    requirement: Requirement, field: str, english: str, lang: str
) -> str:
    """Return the text in this field of the requirement's translation.

    Return ``english`` if there is none. A retired requirement has no translation.
    """
    if lang == "en":
        return english
    return requirement_texts().get(requirement.id, {}).get(field, english)


def requirement_text(requirement: Requirement, lang: str) -> str:
    """Return the text of a requirement in ``lang``."""
    return _translated_field(requirement, "text", requirement.text, lang)


def cause(requirement: Requirement, lang: str) -> str:
    """Return the usual cause of a failure in ``lang``, or an empty string."""
    return _translated_field(requirement, "cause", requirement.cause, lang)


def untested_reason(requirement: Requirement, english: str, lang: str) -> str:
    """Return why a requirement is not tested; ``english`` is the reason in English."""
    return _translated_field(requirement, "because", english, lang)


def verdict_reason(text: str, lang: str) -> str:
    """Return a reason in ``lang``; a reason that quotes a server stays English."""
    return text if lang == "en" else _table("reasons").get(text, text)
