"""What the documents say is so: lists are made from the code, links lead somewhere."""

import re
from pathlib import Path

import click.testing
import pytest

from conformance.catalogue import catalogue
from conformance.cli import main
from conformance.listing import COMMANDS, markdown

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "reports").glob("*.md"),
    ]
)
LISTS = {"en": "docs/requirements.md", "zh": "docs/requirements.zh-CN.md"}
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(
    r"(?:^|[`;|(] ?|&& )conformance ([a-z]+)((?: --?[a-z-]+)?)", re.MULTILINE
)


@pytest.mark.parametrize("lang", LISTS)
def test_the_list_of_requirements_is_up_to_date(lang: str) -> None:
    """Made anew by the command that stands in it: ``COMMANDS``."""
    written = (ROOT / LISTS[lang]).read_text("utf-8")

    assert written == markdown(lang), f"it is not; run: {COMMANDS[lang]}"
    assert LISTS[lang] in COMMANDS[lang]
    assert COMMANDS[lang] in written


@pytest.mark.parametrize("lang", LISTS)
def test_the_list_has_every_clause_once(lang: str) -> None:
    """Also those that cannot be tested."""
    result = click.testing.CliRunner().invoke(
        main, ["list", "--format", "markdown", "--lang", lang]
    )
    book = catalogue()
    every = [*book.requirements, *(u.requirement for u in book.untested)]

    assert result.output == markdown(lang)
    assert sorted(re.findall(r'<a id="([^"]+)">', result.output)) == sorted(
        r.id for r in every
    )
    assert all(
        len(re.findall(r"(?<!\\)\|", line)) == 5
        for line in result.output.splitlines()
        if line.startswith("|")
    )


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_link_of_a_document_leads_to_a_file(path: Path) -> None:
    """In the checkout, relative to the document."""
    text = _FENCE.sub("", path.read_text("utf-8"))
    inside = [link for link in _LINK.findall(text) if not re.match(r"\w+:|#", link)]
    missing = [
        link for link in inside if not (path.parent / link.partition("#")[0]).exists()
    ]

    assert missing == []


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_command_of_a_document_exists(path: Path) -> None:
    """With the option that stands right behind it."""
    for name, option in _COMMAND.findall(path.read_text("utf-8")):
        assert name in main.commands, f"conformance {name}"
        known = {o for p in main.commands[name].params for o in p.opts} | {"--help"}
        assert not option or option.strip() in known, f"conformance {name}{option}"
