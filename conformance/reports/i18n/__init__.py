"""What the suite says, in the languages that it speaks: English, and Chinese beside it.

English stands in the code, where it is used. Chinese is data in ``zh``: the texts of
pages by their English (``interface.toml``), the clauses by their id (``clauses``), and
the reasons that verdicts give most often (``reasons.toml``).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

from conformance.model.requirement import Requirement

LANGUAGES: Final = ("en", "zh")
"""The languages that a report can begin with, the usual one first."""

TAGS: Final = {"en": "en", "zh": "zh-Hans"}
"""The languages as HTML names them (BCP 47)."""


def _table(file: Traversable) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def _data(name: str) -> Mapping[str, str]:
    return _table(files(__name__) / "zh" / f"{name}.toml")


@cache
def clauses() -> Mapping[str, Mapping[str, str]]:
    """Return the Chinese of every clause by its id.

    ``text`` is the sentence; ``cause`` what is likely to break it, ``because`` why it
    is not tested, each where the clause has one.
    """
    found: dict[str, Mapping[str, str]] = {}
    folder = files(__name__) / "zh" / "requirements"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        found |= _table(file)
    return found


def interface() -> Mapping[str, str]:
    """Return the Chinese of every text of a page by its English."""
    return _data("interface")


def said(text: str, lang: str) -> str:
    """Return a text of a page; raises ``LookupError`` for one without its Chinese."""
    if lang == "en":
        return text
    if text not in interface():
        raise LookupError(f"interface.toml has no Chinese for {text!r}")
    return interface()[text]


def _of_clause(requirement: Requirement, member: str, english: str, lang: str) -> str:
    """Return English where a clause has no Chinese: it is retired, or not ours."""
    if lang == "en":
        return english
    return clauses().get(requirement.id, {}).get(member, english)


def clause(requirement: Requirement, lang: str) -> str:
    """Return the sentence of a requirement."""
    return _of_clause(requirement, "text", requirement.text, lang)


def cause(requirement: Requirement, lang: str) -> str:
    """Return what in a gateway is likely to break a requirement, if that is known."""
    return _of_clause(requirement, "cause", requirement.cause, lang)


def because(requirement: Requirement, english: str, lang: str) -> str:
    """Return why a clause is not tested; ``english`` is the reason in English."""
    return _of_clause(requirement, "because", english, lang)


def reason(text: str, lang: str) -> str:
    """Return the reason of a verdict; one that quotes a server stays as it is."""
    return text if lang == "en" else _data("reasons").get(text, text)
