"""``--catalogue DATE`` skips requirements that were added after that date."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance.cli.click_options import parse_options
from conformance.cli.options import settings_from
from conformance.contract.catalogue import Catalogue, catalogue
from conformance.contract.probes import basic
from conformance.errors import ConfigurationError
from conformance.judge.plan import plan
from conformance.model.check import Findings, check
from conformance.model.exchange import Exchange
from conformance.model.requirement import CATALOGUE, must
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome

OLD = must("test.old", "It is old.", source="these tests", since="2026-01-01")
NEW = must("test.new", "It is new.", source="these tests", since="2026-06-01")
OPTIONS = {"url": "http://h", "model": "m"}


def is_a_response(exchange: Exchange) -> Findings:
    """Check that the body is a response object."""
    yield from exchange.response["object"].must_equal("response")


def test_later_requirements_are_not_run() -> None:
    """The plan runs the old case and skips the new one with a reason."""
    book = Catalogue(
        tuple(
            check(requirement, on=basic.text)(is_a_response)
            for requirement in (OLD, NEW)
        ),
        (),
    )
    settings = replace(Settings("http://h", "m", "k"), catalogue="2026-03-01")
    result = plan(book, settings)

    assert [case.check.requirement.id for case in result.cases] == ["test.old"]
    assert [(v.outcome, v.reason) for v in result.skipped] == [
        (Outcome.NOT_RUN, "added since: in the catalogue of 2026-06-01")
    ]


@pytest.mark.parametrize("text", ["2020-01-01", "tomorrow", "9999-01-01"])
def test_a_date_without_a_catalogue_is_rejected(text: str) -> None:
    """Dates before the first catalogue, dates after the newest one, and other words."""
    with pytest.raises(ConfigurationError, match="expected the date of a catalogue"):
        parse_options({**OPTIONS, "catalogue": text})


def test_the_newest_catalogue_is_the_default() -> None:
    """Its date is not in the future."""
    settings = settings_from(parse_options(OPTIONS), {"CONFORMANCE_API_KEY": "k"})

    assert settings.catalogue == CATALOGUE
    assert datetime.now(UTC).date().isoformat() >= CATALOGUE


def test_the_catalogue_has_the_date_of_its_newest_requirement() -> None:
    """A default run skips requirements that are newer than ``CATALOGUE``."""
    newest = max(catalogue().requirements, key=lambda r: r.since)

    assert newest.since == CATALOGUE, (
        f"{newest.id} is since {newest.since}, but CATALOGUE in"
        f" conformance/model/requirement.py is {CATALOGUE}: set both to the same date"
    )
