"""Generated requests in a run: sent, judged, gathered, made smaller, judged again."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.contract.catalogue import catalogue
from conformance.errors import UnknownName
from conformance.judge.plan import plan, restrict_to
from conformance.model.case import Case
from conformance.model.exchange import Exchange
from conformance.model.generated_input import PREFIX, Reaction, Scenario
from conformance.model.report import Report
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome
from conformance.reference.faults import FAULTS
from conformance.reports.finding_groups import group_findings
from conformance.run.journal import Journal, read
from conformance.run.reevaluate import reevaluate, restore
from conformance.run.session import run_to_completion
from tests.fault_servers import FaultServers, fault_servers

NAMED = (
    "non-ascii-instructions-crash",
    "non-string-tool-description-dropped",
    "empty-field-name-rejected",
)
SHRUNK = ("non-ascii-instructions-crash", "empty-field-name-rejected")


@pytest.fixture(scope="module")
def town(cache: Path) -> Iterator[FaultServers]:
    """Serve what these tests judge."""
    assert cache.is_dir()
    faults = {name: (FAULTS[name],) for name in NAMED}
    with fault_servers({**faults, "closed": ()}) as serving:
        yield serving


def settings_for(town: FaultServers, name: str, **more: object) -> Settings:
    """Return settings for the section alone, with the whole corpus."""
    only = ("schema", "errors.never-a-server-error")
    settings = town.settings(name, only, None)
    return replace(settings, **more)  # type: ignore[arg-type]  # any field of it


def journaled(settings: Settings, path: Path) -> tuple[Report, list[Exchange]]:
    """Run and keep a journal; return the report, and all exchanges."""
    with Journal(path) as journal:
        report = run_to_completion(settings, plan(catalogue(), settings), journal)
    return report, list(read(path).kept.exchanges())


def test_a_plan_has_a_case_for_each_generated_request(town: FaultServers) -> None:
    """As many as asked for, each under the clause of what it tries."""
    settings = settings_for(town, "sound", generated=30)
    cases = plan(catalogue(), settings).cases
    drawn = [case for case in cases if case.probe and case.probe.optional_turns]

    assert len(drawn) == len({case.id for case in drawn}) == 30
    assert {case.check.requirement.section for case in drawn} == {"schema"}


def test_a_section_that_is_not_asked_for_sends_nothing(town: FaultServers) -> None:
    """Answers cost money: --only usage draws no request."""
    settings = town.settings("sound", ("usage",), 120)
    probes = plan(catalogue(), settings).probes
    assert not [probe for probe in probes if probe.optional_turns]


def test_without_generated_requests_the_section_is_not_run(town: FaultServers) -> None:
    """Not run, with the reason; never inconclusive, and never passed."""
    settings = town.settings("sound", ("schema",), 0)
    whole = plan(catalogue(), settings)
    left = [v for v in whole.skipped if v.requirement.section == "schema"]

    assert whole.cases == ()
    assert {v.outcome for v in left} == {Outcome.NOT_RUN}
    assert {v.reason for v in left} == {"no generated inputs (--generated 0)"}


def test_a_universal_clause_alone_takes_the_whole_choice(town: FaultServers) -> None:
    """Where no generated case is selected, all planned ones are sent for it."""
    clause = ("schema.response-matches-the-openapi-document",)
    settings = town.settings("sound", clause, 25)
    whole = plan(catalogue(), settings)
    again = restrict_to(whole, {case.id for case in whole.cases}, settings)

    assert [case.probe for case in whole.cases] == [None]
    assert sum(probe.optional_turns for probe in whole.probes) == 25
    assert again.probes == whole.probes


def test_one_case_alone_is_one_request(town: FaultServers, tmp_path: Path) -> None:
    """``--case`` sends that one, without the openings."""
    name = "wrong-type-truncation-6f3f0c8e"
    settings = settings_for(town, "sound", case=name)
    report, exchanges = journaled(settings, tmp_path / "journal.ndjson")
    judged_verdicts = [v for v in report.verdicts if v.outcome is not Outcome.NOT_RUN]

    assert [exchange.probe for exchange in exchanges] == [PREFIX + name]
    assert {v.outcome for v in judged_verdicts} == {Outcome.PASSED}


def test_a_case_that_is_not_there_is_named(town: FaultServers) -> None:
    """With the nearest one that is."""
    settings = settings_for(town, "sound", case="wrong-type-truncation-6f3f0c8f")
    with pytest.raises(UnknownName, match="6f3f0c8e"):
        plan(catalogue(), settings)


def test_a_breakdown_is_shown_by_a_small_request(
    town: FaultServers, tmp_path: Path
) -> None:
    """The smallest keeps what breaks the server, and little else."""
    settings = settings_for(town, "non-ascii-instructions-crash")
    _, exchanges = journaled(settings, tmp_path / "journal.ndjson")
    broken = [x for x in exchanges if x.status == 500]
    smallest = min(broken, key=lambda x: len(x.request.content))

    assert smallest.turn > 0
    assert smallest.request.json.keys() <= {"model", "instructions"}
    assert not smallest.request.field("instructions").isascii()
    assert len(smallest.request.content) < 80
    assert sum(x.turn > 0 for x in exchanges) <= 60


def test_a_smaller_request_asks_for_the_same_model(
    town: FaultServers, tmp_path: Path
) -> None:
    """A refusal of another model would be taken for the failure that is sought."""
    settings = settings_for(town, "empty-field-name-rejected")
    _, exchanges = journaled(settings, tmp_path / "journal.ndjson")
    versions = [x for x in exchanges if x.probe.startswith(PREFIX) and x.turn > 0]

    assert versions
    assert {x.request.field("model") for x in versions} == {settings.model}


def test_nothing_is_made_smaller_when_that_is_off(
    town: FaultServers, tmp_path: Path
) -> None:
    """``--no-shrink`` sends each request once."""
    settings = settings_for(town, "empty-field-name-rejected", shrink=False)
    _, exchanges = journaled(settings, tmp_path / "journal.ndjson")
    assert {exchange.turn for exchange in exchanges} == {0}


def test_findings_are_gathered_by_field(town: FaultServers, tmp_path: Path) -> None:
    """Four wrong types in one place are one line."""
    settings = settings_for(town, "non-string-tool-description-dropped")
    report, _ = journaled(settings, tmp_path / "journal.ndjson")
    told_of = [
        str(group)
        for result in report.results
        for group in group_findings(result.verdicts)
    ]
    assert told_of == ["`tools`: wrong type accepted, 4 cases"]


def test_the_table_says_what_was_done_with_each_field(
    town: FaultServers, tmp_path: Path
) -> None:
    """Counts of what the target did, by field and scenario."""
    settings = settings_for(town, "non-string-tool-description-dropped")
    report, exchanges = journaled(settings, tmp_path / "journal.ndjson")
    rows = {row.field: row for row in report.fields}
    counted = sum(
        n for row in report.fields for cell in row.cells.values() for n in cell.values()
    )

    assert rows["tools"].cells[Scenario.WRONG_TYPE][Reaction.ANSWERED] == 4
    assert Reaction.ANSWERED not in rows["top_p"].cells[Scenario.WRONG_TYPE]
    assert rows["temperature"].cells[Scenario.NULL] == {Reaction.ANSWERED: 1}
    assert counted == sum(x.probe.startswith(PREFIX) for x in exchanges)


@pytest.mark.parametrize("fault", SHRUNK)
def test_a_journal_is_judged_anew_with_its_generated_cases(
    town: FaultServers, tmp_path: Path, fault: str
) -> None:
    """Same verdicts, same table, from the record alone: nothing is drawn."""
    path = tmp_path / "journal.ndjson"
    first, _ = journaled(settings_for(town, fault), path)
    for again in (
        reevaluate(read(path), catalogue()),
        restore(read(path), catalogue()),
    ):
        assert {(v.requirement.id, v.probe, v.outcome) for v in first.verdicts} >= {
            (v.requirement.id, v.probe, v.outcome)
            for v in again.verdicts
            if v.outcome is not Outcome.NOT_RUN
        }
        failed = {v.probe for v in first.verdicts if v.outcome is Outcome.FAILED}
        assert failed == {v.probe for v in again.verdicts if v.finding_count}
        assert again.fields == first.fields


def test_refusals_prove_nothing_where_nothing_is_answered(
    town: FaultServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then what rests on a refusal is inconclusive, and never passed."""
    monkeypatch.setattr("conformance.judge.acceptance.SHARE", 2.0)
    settings = settings_for(town, "sound")
    report = run_to_completion(settings, plan(catalogue(), settings))
    by_id = {result.requirement.id: result for result in report.results}
    refused = by_id["schema.wrong-field-type-is-refused"]

    assert {v.outcome for v in refused.verdicts} == {Outcome.INCONCLUSIVE}
    assert "valid generated requests were answered" in refused.reason
    assert (
        by_id["schema.valid-request-is-accepted-or-clearly-refused"].outcome
        is Outcome.PASSED
    )


def test_case_ids_are_what_pytest_lists(town: FaultServers) -> None:
    """A requirement, and the generated request in brackets."""
    cases: tuple[Case, ...] = plan(catalogue(), settings_for(town, "sound")).cases
    drawn = [c.id for c in cases if c.probe and c.probe.optional_turns]
    assert (
        "schema.missing-required-field-is-refused[generated-missing-model-44136fa3]"
        in (drawn)
    )
