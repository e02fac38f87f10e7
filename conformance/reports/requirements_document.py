"""The list of all requirements as a document, in each language of the suite."""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from conformance.contract.catalogue import catalogue
from conformance.model.profile import PROFILES
from conformance.model.requirement import (
    CATALOGUE,
    Capability,
    Level,
    Requirement,
    Untested,
)
from conformance.reports.i18n import because, clause, said
from conformance.reports.markdown import code

COMMANDS: Final = {
    "en": "conformance list --format markdown > docs/requirements.md",
    "zh": "conformance list --format markdown --lang zh > docs/requirements.zh-CN.md",
}

_INTRO: Final = (
    "Everything that the suite asks of {endpoint}: {n} requirements in the catalogue of"
    " {date}; in the profile {profile} {must} are MUST, {should} SHOULD and {may} MAY."
    " {command} tells more of each. This list is made by:"
)
_WHY: Final = (
    "{n} clauses that no request from outside can show. A pass says nothing about them."
)


def _level(requirement: Requirement, lang: str) -> str:
    """Return the level, with what other profiles and capabilities make of it."""
    parts = [str(requirement.level)]
    for profile, level in requirement.levels.items():
        parts.append(
            said("{level} in {profile}", lang).format(
                level=level, profile=code(profile)
            )
        )
    if requirement.profiles:
        named = ", ".join(code(name) for name in sorted(requirement.profiles))
        parts.append(said("only in {profiles}", lang).format(profiles=named))
    if requirement.needs is not Capability.CORE:
        needed = code(requirement.needs)
        parts.append(said("needs {capability}", lang).format(capability=needed))
    return "<br>".join(parts)


def _cell(text: str) -> str:
    """Keep a text within its cell, underscores and all."""
    return text.replace("|", "\\|").replace("_", "\\_").replace("<", "&lt;")


def _row(requirement: Requirement, last: str, lang: str) -> str:
    name = f'<a id="{requirement.id}"></a>`{requirement.id}`'
    text = _cell(clause(requirement, lang))
    return f"| {name} | {_level(requirement, lang)} | {text} | {last} |"


def _header(*columns: str, lang: str) -> Iterator[str]:
    yield f"| {' | '.join(said(column, lang) for column in columns)} |"
    yield f"|{'---|' * len(columns)}"


def _untested(several: tuple[Untested, ...], lang: str) -> Iterator[str]:
    yield from (f"## {said('What is not tested', lang)}", "")
    yield from (said(_WHY, lang).format(n=len(several)), "")
    yield from _header("Clause", "Level", "What should hold", "Why", lang=lang)
    for untested in several:
        why = because(untested.requirement, untested.because, lang)
        yield _row(untested.requirement, _cell(why), lang)


def requirements_markdown(lang: str) -> str:
    """Return the whole list in Markdown, every profile's levels in it."""
    book = catalogue()
    held = [r for r in book.requirements if r.applies_in("newapi")]
    levels = [r.level_in("newapi") for r in held]
    intro = said(_INTRO, lang).format(
        endpoint="`POST /v1/responses`",
        profile="`newapi`",
        command="`conformance explain ID`",
        n=len(book.requirements),
        date=CATALOGUE,
        must=levels.count(Level.MUST),
        should=levels.count(Level.SHOULD),
        may=levels.count(Level.MAY),
    )
    lines = [
        f"# {said('Requirements', lang)}",
        "",
        intro,
        "",
        "```sh",
        COMMANDS[lang],
        "```",
        "",
    ]
    lines += [f"* `{profile.name}`: {profile.text}" for profile in PROFILES.values()]
    lines.append("")
    in_order = sorted(book.requirements, key=lambda r: book.sections.index(r.section))
    for section, several in groupby(in_order, key=lambda r: r.section):
        title = section if lang == "en" else f"{said(section, lang)} ({section})"
        lines += [f"## {title}", ""]
        lines += _header("Clause", "Level", "What holds", "Source", lang=lang)
        lines += [_row(r, code(r.source).replace("|", "\\|"), lang) for r in several]
        lines.append("")
    lines += _untested(book.untested, lang)
    return "\n".join(lines) + "\n"
