"""Plain English: phrases listed in ``docs/style.md`` do not occur in prose.

Probes, faults and variants are described by their docstrings, so the test of
docstrings covers them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

import conformance
from conformance.cli.app import main
from conformance.contract.catalogue import catalogue

ROOT = Path(__file__).parents[1]
PACKAGE = Path(conformance.__file__).parent
GUIDE = ROOT / "docs" / "style.md"
TABLE = "## Words that do not come back"
EXEMPT = {GUIDE, ROOT / "docs" / "requirements.md"}
"""The guide lists the phrases; the requirements are tested in the catalogue."""

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "reports/*.md", "openapi/*.md")
    for path in ROOT.glob(pattern)
    if path not in EXEMPT and not path.name.endswith(".zh-CN.md")
)

_CODE = re.compile(r"``[^`]*``|`[^`]*`")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_RENAMED = re.compile(r"^### Renamed$.*?(?=^#|\Z)", re.MULTILINE | re.DOTALL)


def read_phrases() -> list[str]:
    """Return the phrases in the first column of the guide's table."""
    _, _, table = GUIDE.read_text("utf-8").partition(TABLE)
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    return [phrase.strip() for row in rows[2:] for phrase in row.split(",")]


PHRASES = read_phrases()
_ANY = "|".join(
    r"\s+".join(map(re.escape, phrase.split()))
    for phrase in sorted(PHRASES, key=len, reverse=True)
)
_LISTED = re.compile(rf"(?<![\w-])(?:{_ANY})(?![\w-])", re.IGNORECASE)


def without(pattern: re.Pattern[str], text: str) -> str:
    """Replace matches by filler, so that line numbers stay as they are."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", "#", match[0]), text)


def find_phrases(text: str, location: str, line: int = 1) -> Iterator[str]:
    """Yield ``location:line: phrase`` for each listed phrase outside code spans."""
    prose = without(_CODE, text)
    for match in _LISTED.finditer(prose):
        number = line + prose.count("\n", 0, match.start())
        yield f"{location}:{number}: {' '.join(match[0].lower().split())}"


def relative(path: Path) -> str:
    """Return a path as it reads in a checkout."""
    return path.relative_to(PACKAGE.parent).as_posix()


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring, those of attributes included."""
    blocks = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, blocks):
            for statement in node.body:
                match statement:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        yield statement.lineno, text


def locations_of_ids() -> dict[str, tuple[str, int]]:
    """Return file and line of every requirement id that is written in the package."""
    found: dict[str, tuple[str, int]] = {}
    for path in sorted((PACKAGE / "contract").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.setdefault(node.value, (relative(path), node.lineno))
    return found


def help_texts(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    """Yield name and help of a command, its options and its subcommands."""
    context = click.Context(command, info_name=name)
    yield name, "\n".join(filter(None, (command.help, command.short_help)))
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield f"{name} {parameter.opts[0]}", parameter.help or ""
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            if below := command.get_command(context, each):
                yield from help_texts(below, f"{name} {each}")


def test_the_table_is_read() -> None:
    """Each phrase is lower case, plain words, and listed once."""
    assert len(PHRASES) >= 30
    assert len(set(PHRASES)) == len(PHRASES)
    assert [p for p in PHRASES if not re.fullmatch(r"[a-z]+(?:[ '-][a-z]+)*", p)] == []


def test_a_phrase_is_found_across_lines_and_not_in_code() -> None:
    """The location is that of the first word."""
    text = "Fine.\nHe was let\nin. `let in` ``hung up`` a-clause clauseless Anew"

    assert list(find_phrases(text, "a.md")) == ["a.md:2: let in", "a.md:3: anew"]


def test_a_phrase_is_found_after_a_fenced_block() -> None:
    """Backticks inside the block pair with none outside."""
    text = "~~~sh\nlet in `\n~~~\nlet in `x`\n"

    assert list(find_phrases(without(_FENCE, text), "a.md")) == ["a.md:4: let in"]


def test_requirements_are_written_in_plain_english() -> None:
    """Their texts, their likely causes, and the reasons of the untested ones."""
    book, lines = catalogue(), locations_of_ids()
    texts = [(r.id, f"{r.text} | {r.cause}") for r in book.requirements]
    for untested in book.untested:
        requirement = untested.requirement
        text = f"{requirement.text} | {requirement.cause} | {untested.because}"
        texts.append((requirement.id, text))
    found = [
        f"{hit} ({id_})"
        for id_, text in texts
        for hit in find_phrases(text, *lines.get(id_, (id_, 1)))
    ]

    assert not found, "\n".join(found)


def test_docstrings_are_written_in_plain_english() -> None:
    """Those of modules, classes, functions and constants."""
    found = [
        hit
        for path in sorted(PACKAGE.rglob("*.py"))
        for line, text in docstrings(path)
        for hit in find_phrases(text, relative(path), line)
    ]

    assert not found, "\n".join(found)


def test_the_command_line_help_is_written_in_plain_english() -> None:
    """Every command and every option."""
    found = [
        hit
        for name, text in help_texts(main, "conformance")
        for hit in find_phrases(text, name)
    ]

    assert not found, "\n".join(found)


def test_documents_are_written_in_plain_english() -> None:
    """Code and the table of renamed ids are exempt."""
    found = [
        hit
        for path in DOCUMENTS
        for hit in find_phrases(
            without(_RENAMED, without(_FENCE, path.read_text("utf-8"))),
            path.relative_to(ROOT).as_posix(),
        )
    ]

    assert not found, "\n".join(found)
