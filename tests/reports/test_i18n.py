"""Chinese beside English: every clause that there is, and none that there is not."""

import re
import tomllib
from pathlib import Path

import pytest

from conformance.contract.catalogue import catalogue
from conformance.model.requirement import Requirement
from conformance.reports import i18n
from conformance.reports.i18n import because, cause, clause, clauses, reason, said
from tests.reports.sample_reports import clause as own_clause

UNTESTED = {u.requirement.id: u for u in catalogue().untested}
EVERY = {r.id: r for r in catalogue().requirements} | {
    id_: untested.requirement for id_, untested in UNTESTED.items()
}
FILES = sorted((Path(i18n.__file__).parent / "zh" / "requirements").glob("*.toml"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_every_clause_has_its_sentence_and_no_retired_one_is_left() -> None:
    """A new clause is written in both languages, a retired one goes from both."""
    assert clauses().keys() - EVERY.keys() == set()
    assert EVERY.keys() - clauses().keys() == set()


@pytest.mark.parametrize("requirement", EVERY.values(), ids=EVERY)
def test_a_sentence_is_a_chinese_sentence(requirement: Requirement) -> None:
    """It ends in a full stop; causes and reasons are there where English has them."""
    text = clause(requirement, "zh")

    assert text.endswith("。")
    assert text.count("。") == 1
    assert CHINESE.search(text)
    assert clause(requirement, "en") == requirement.text
    if requirement.id in UNTESTED:
        why = because(requirement, UNTESTED[requirement.id].because, "zh")
        assert CHINESE.search(why)
    elif requirement.cause:
        assert CHINESE.search(cause(requirement, "zh"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_holds_one_section(file: Path) -> None:
    """Sentences are found by section, each with known members only."""
    table = tomllib.loads(file.read_text("utf-8"))

    assert {id_.partition(".")[0] for id_ in table} == {file.stem}
    assert {m for entry in table.values() for m in entry} <= {
        "text",
        "cause",
        "because",
    }


def test_every_section_has_its_chinese_name() -> None:
    """The page groups and filters by section."""
    assert set(catalogue().sections) - i18n.interface().keys() == set()


def test_no_two_clauses_say_the_same() -> None:
    """A sentence that was copied would mislead."""
    texts = [entry["text"] for entry in clauses().values()]

    assert sorted(text for text in set(texts) if texts.count(text) > 1) == []


def test_places_for_values_survive_translation() -> None:
    """A number of English stands in Chinese, too."""
    places = re.compile(r"\{\w+\}")
    odd = [
        english
        for english, chinese in i18n.interface().items()
        if set(places.findall(english)) != set(places.findall(chinese))
    ]

    assert odd == []


def test_what_is_not_ours_stays_as_it_is() -> None:
    """A retired clause, and a reason in the words of a server."""
    assert clause(own_clause("usage.gone"), "zh") == "The clause usage.gone holds."
    assert reason("x-0001: status 400", "zh") == "x-0001: status 400"
    assert reason("deselected", "zh") == "未被选中"


def test_a_text_without_chinese_is_a_mistake() -> None:
    """It is told with the file that lacks it."""
    with pytest.raises(LookupError, match=r"interface\.toml"):
        said("nobody wrote this", "zh")
