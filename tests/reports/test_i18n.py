"""Every requirement and every text of a page has a Chinese translation."""

import re
import tomllib
from pathlib import Path

import pytest

from conformance.contract.catalogue import catalogue
from conformance.model.requirement import Requirement
from conformance.reports import i18n
from conformance.reports.i18n import (
    cause,
    requirement_text,
    requirement_texts,
    translate,
    untested_reason,
    verdict_reason,
)
from tests.reports.sample_reports import requirement as sample_requirement

UNTESTED = {u.requirement.id: u for u in catalogue().untested}
ALL = {r.id: r for r in catalogue().requirements} | {
    id_: untested.requirement for id_, untested in UNTESTED.items()
}
FILES = sorted((Path(i18n.__file__).parent / "zh" / "requirements").glob("*.toml"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_translations_and_requirements_have_the_same_ids() -> None:
    """A new requirement is written in both languages, a retired one is removed."""
    assert requirement_texts().keys() - ALL.keys() == set()
    assert ALL.keys() - requirement_texts().keys() == set()


@pytest.mark.parametrize("requirement", ALL.values(), ids=ALL)
def test_requirement_is_one_chinese_sentence(requirement: Requirement) -> None:
    """Causes and reasons are translated if the English text has them."""
    text = requirement_text(requirement, "zh")

    assert text.endswith("。")
    assert text.count("。") == 1
    assert CHINESE.search(text)
    assert requirement_text(requirement, "en") == requirement.text
    if requirement.id in UNTESTED:
        reason = untested_reason(requirement, UNTESTED[requirement.id].because, "zh")
        assert CHINESE.search(reason)
    elif requirement.cause:
        assert CHINESE.search(cause(requirement, "zh"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_file_contains_one_section(file: Path) -> None:
    """Each entry has known fields only."""
    table = tomllib.loads(file.read_text("utf-8"))

    assert {id_.partition(".")[0] for id_ in table} == {file.stem}
    assert {field for entry in table.values() for field in entry} <= {
        "text",
        "cause",
        "because",
    }


def test_every_section_has_a_chinese_name() -> None:
    """The page groups and filters by section."""
    assert set(catalogue().sections) - i18n.interface().keys() == set()


def test_no_two_requirements_have_the_same_text() -> None:
    """One of them would be a copy of the wrong text."""
    texts = [entry["text"] for entry in requirement_texts().values()]

    assert sorted(text for text in set(texts) if texts.count(text) > 1) == []


def test_placeholders_survive_translation() -> None:
    """Chinese and English show the same values."""
    placeholders = re.compile(r"\{\w+\}")
    different = [
        english
        for english, chinese in i18n.interface().items()
        if set(placeholders.findall(english)) != set(placeholders.findall(chinese))
    ]

    assert different == []


def test_unknown_requirements_and_reasons_are_not_translated() -> None:
    """Such as a retired requirement, and a reason that quotes a server."""
    assert (
        requirement_text(sample_requirement("usage.gone"), "zh")
        == "Text of usage.gone."
    )
    assert verdict_reason("x-0001: status 400", "zh") == "x-0001: status 400"
    assert verdict_reason("deselected", "zh") == "未被选中"


def test_missing_translation_is_an_error() -> None:
    """It names the file."""
    with pytest.raises(LookupError, match=r"interface\.toml"):
        translate("not in the table", "zh")
