"""Translations of reports and requirements: English (in the code) and Chinese (TOML).

The Chinese texts are in ``zh``: texts of pages by their English (``interface.toml``),
requirements by their id (``requirements/``), and common reasons of verdicts by their
English (``reasons.toml``).
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
"""The languages as HTML names them (BCP 47)."""


def _read(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _table(name: str) -> Mapping[str, str]:
    return _read(files(__name__) / "zh" / f"{name}.toml")


@cache
def requirement_texts() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese texts of every requirement by its id.

    ``text`` is the requirement, ``cause`` the usual cause of a failure and ``because``
    the reason why it is not tested; the latter two only if the requirement has them.
    """
    texts: dict[str, Mapping[str, str]] = {}
    folder = files(__name__) / "zh" / "requirements"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        texts |= _read(file)
    return texts


def interface() -> Mapping[str, str]:
    """Return the Chinese texts of the pages by their English."""
    return _table("interface")


def translate(text: str, lang: str) -> str:
    """Return a text of a page; raises ``LookupError`` if it has no translation."""
    if lang == "en":
        return text
    if text not in interface():
        raise LookupError(f"interface.toml has no Chinese for {text!r}")
    return interface()[text]


def _of_requirement(
    requirement: Requirement, field: str, english: str, lang: str
) -> str:
    """Return a translation; English if there is none, as for retired requirements."""
    if lang == "en":
        return english
    return requirement_texts().get(requirement.id, {}).get(field, english)


def requirement_text(requirement: Requirement, lang: str) -> str:
    """Return the text of a requirement."""
    return _of_requirement(requirement, "text", requirement.text, lang)


def cause(requirement: Requirement, lang: str) -> str:
    """Return the usual cause of a failure, or an empty string."""
    return _of_requirement(requirement, "cause", requirement.cause, lang)


def untested_reason(requirement: Requirement, english: str, lang: str) -> str:
    """Return why a requirement is not tested; ``english`` is the reason in English."""
    return _of_requirement(requirement, "because", english, lang)


def verdict_reason(text: str, lang: str) -> str:
    """Return the reason of a verdict; one that quotes a server is not translated."""
    return text if lang == "en" else _table("reasons").get(text, text)
