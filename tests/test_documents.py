"""Documents match the code: generated lists, links and commands."""

import re
from pathlib import Path

import click.testing
import pytest

from conformance.cli import options_document
from conformance.cli.app import main
from conformance.contract.catalogue import catalogue
from conformance.reports.requirements_document import COMMANDS, requirements_markdown

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
    """The file contains the command that regenerates it."""
    text = (ROOT / LISTS[lang]).read_text("utf-8")

    assert text == requirements_markdown(lang), f"outdated; run: {COMMANDS[lang]}"
    assert LISTS[lang] in COMMANDS[lang]
    assert COMMANDS[lang] in text


def test_the_table_of_options_is_up_to_date() -> None:
    """The file contains the command that regenerates it."""
    text = (ROOT / "docs" / "options.md").read_text("utf-8")
    command = options_document.COMMAND

    assert text == options_document.options_markdown(), f"outdated; run: {command}"
    assert command in text


@pytest.mark.parametrize("lang", LISTS)
def test_the_list_has_every_requirement_once(lang: str) -> None:
    """Tested and untested ones."""
    result = click.testing.CliRunner().invoke(
        main, ["list", "--format", "markdown", "--lang", lang]
    )
    book = catalogue()
    every = [*book.requirements, *(u.requirement for u in book.untested)]

    assert result.output == requirements_markdown(lang)
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
def test_every_relative_link_resolves(path: Path) -> None:
    """Its target is a file or directory, relative to the document."""
    text = _FENCE.sub("", path.read_text("utf-8"))
    links = [link for link in _LINK.findall(text) if not re.match(r"\w+:|#", link)]
    missing = [
        link for link in links if not (path.parent / link.partition("#")[0]).exists()
    ]

    assert missing == []


@pytest.mark.parametrize(
    "path", DOCUMENTS, ids=lambda p: p.relative_to(ROOT).as_posix()
)
def test_every_command_in_a_document_exists(path: Path) -> None:
    """The first option after the command exists, too."""
    for name, option in _COMMAND.findall(path.read_text("utf-8")):
        assert name in main.commands, f"conformance {name}"
        known = {o for p in main.commands[name].params for o in p.opts} | {"--help"}
        assert not option or option.strip() in known, f"conformance {name}{option}"


def _structure(text: str) -> dict[str, list[str]]:
    """Return the parts of a document that its translation must repeat."""
    fences = _FENCE.findall(text)
    bare = _FENCE.sub("", text)
    return {
        "headings": re.findall(r"^#+ ", bare, re.MULTILINE),
        "links": _LINK.findall(bare),
        "pictures": re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", bare),
        "rows": [str(row.count("|")) for row in bare.splitlines() if row[:1] == "|"],
        "code": sorted({" ".join(c.split()) for c in re.findall(r"`([^`]+)`", bare)}),
        "commands": [re.sub(r" +#.*", "", fence) for fence in fences],
        "points": re.findall(r"^\* ", bare, re.MULTILINE),
    }


def test_both_readmes_have_the_same_structure() -> None:
    """The same sections, commands, links, tables and names, in less than 200 lines."""
    english, chinese = (
        (ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    first, second = _structure(english), _structure(chinese)
    switches = {"README.md", "README.zh-CN.md"}

    for name, values in first.items():
        translated = [each for each in second[name] if each not in switches]
        assert translated == [each for each in values if each not in switches], name
    assert max(text.count("\n") for text in (english, chinese)) < 200
