"""An upgrade cannot turn yesterday's green gateway red without saying so."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from conformance.cli.options import settings_from
from conformance.contract.catalogue import Catalogue
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
ASKED = {"url": "http://h", "model": "m"}


def nothing_wrong(exchange: Exchange) -> Findings:
    """Judge that there is a response."""
    yield from exchange.response["object"].must_equal("response")


def test_what_came_later_is_not_run_and_says_since_when() -> None:
    """The plan has the old case, and names the new one."""
    book = Catalogue(
        tuple(check(clause, on=basic.text)(nothing_wrong) for clause in (OLD, NEW)), ()
    )
    settings = replace(Settings("http://h", "m", "k"), catalogue="2026-03-01")
    made = plan(book, settings)

    assert [case.check.requirement.id for case in made.cases] == ["test.old"]
    assert [(v.outcome, v.reason) for v in made.skipped] == [
        (Outcome.NOT_RUN, "added since: in the catalogue of 2026-06-01")
    ]


@pytest.mark.parametrize("text", ["2020-01-01", "tomorrow", "9999-01-01"])
def test_only_a_date_that_had_a_catalogue_is_taken(text: str) -> None:
    """A date before the first or after the newest says nothing."""
    with pytest.raises(ConfigurationError, match="is no date from"):
        settings_from({**ASKED, "catalogue": text}, {"CONFORMANCE_API_KEY": "k"})


def test_without_a_date_the_newest_counts() -> None:
    """And it is no day in the future."""
    settings, _ = settings_from(ASKED, {"CONFORMANCE_API_KEY": "k"})

    assert settings.catalogue == CATALOGUE
    assert datetime.now(UTC).date().isoformat() >= CATALOGUE
