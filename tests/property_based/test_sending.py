"""Generated requests in a run: planned, sent, minimized, grouped and re-evaluated."""

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

FAULT_NAMES = (
    "non-ascii-instructions-crash",
    "non-string-tool-description-dropped",
    "empty-field-name-rejected",
)
MINIMIZED = ("non-ascii-instructions-crash", "empty-field-name-rejected")


@pytest.fixture(scope="module")
def servers(cache: Path) -> Iterator[FaultServers]:
    """Serve the gateways that these tests use."""
    assert cache.is_dir()
    faults = {name: (FAULTS[name],) for name in FAULT_NAMES}
    with fault_servers({**faults, "closed": ()}) as running:
        yield running


def settings_for(servers: FaultServers, name: str, **more: object) -> Settings:
    """Return settings for the section, with the complete corpus."""
    only = ("schema", "errors.never-a-server-error")
    settings = servers.settings(name, only, None)
    return replace(settings, **more)  # type: ignore[arg-type]  # any field of it


def run(settings: Settings, path: Path) -> tuple[Report, list[Exchange]]:
    """Run and write a journal; return the report and all exchanges."""
    with Journal(path) as journal:
        report = run_to_completion(settings, plan(catalogue(), settings), journal)
    return report, list(read(path).reader.exchanges())


def test_plan_has_a_case_for_each_generated_request(servers: FaultServers) -> None:
    """As many as ``--generated``, each for the requirement of its scenario."""
    settings = settings_for(servers, "conforming", generated=30)
    cases = plan(catalogue(), settings).cases
    generated = [case for case in cases if case.probe and case.probe.optional_turns]

    assert len(generated) == len({case.id for case in generated}) == 30
    assert {case.check.requirement.section for case in generated} == {"schema"}


def test_other_sections_send_no_generated_requests(servers: FaultServers) -> None:
    """``--only usage`` plans none."""
    settings = servers.settings("conforming", ("usage",), 120)
    probes = plan(catalogue(), settings).probes
    assert not [probe for probe in probes if probe.optional_turns]


def test_section_is_skipped_without_generated_requests(servers: FaultServers) -> None:
    """The reason names the option."""
    settings = servers.settings("conforming", ("schema",), 0)
    planned = plan(catalogue(), settings)
    skipped = [v for v in planned.skipped if v.requirement.section == "schema"]

    assert planned.cases == ()
    assert {v.outcome for v in skipped} == {Outcome.NOT_RUN}
    assert {v.reason for v in skipped} == {"no generated inputs (--generated 0)"}


def test_universal_check_alone_sends_all_planned_requests(
    servers: FaultServers,
) -> None:
    """It needs their exchanges, even if no case of a request is selected."""
    only = ("schema.response-matches-the-openapi-document",)
    settings = servers.settings("conforming", only, 25)
    planned = plan(catalogue(), settings)
    restricted = restrict_to(planned, {case.id for case in planned.cases}, settings)

    assert [case.probe for case in planned.cases] == [None]
    assert sum(probe.optional_turns for probe in planned.probes) == 25
    assert restricted.probes == planned.probes


def test_single_case_sends_one_request(servers: FaultServers, tmp_path: Path) -> None:
    """``--case`` does not send the capability probes."""
    name = "wrong-type-truncation-6f3f0c8e"
    settings = settings_for(servers, "conforming", case=name)
    report, exchanges = run(settings, tmp_path / "journal.ndjson")
    evaluated = [v for v in report.verdicts if v.outcome is not Outcome.NOT_RUN]

    assert [exchange.probe for exchange in exchanges] == [PREFIX + name]
    assert {v.outcome for v in evaluated} == {Outcome.PASSED}


def test_unknown_case_raises(servers: FaultServers) -> None:
    """The message suggests the closest name."""
    settings = settings_for(
        servers, "conforming", case="wrong-type-truncation-6f3f0c8f"
    )
    with pytest.raises(UnknownName, match="6f3f0c8e"):
        plan(catalogue(), settings)


def test_request_that_crashes_the_server_is_minimized(
    servers: FaultServers, tmp_path: Path
) -> None:
    """The smallest request contains the cause of the crash and little else."""
    settings = settings_for(servers, "non-ascii-instructions-crash")
    _, exchanges = run(settings, tmp_path / "journal.ndjson")
    crashed = [x for x in exchanges if x.status == 500]
    smallest = min(crashed, key=lambda x: len(x.request.content))

    assert smallest.turn > 0
    assert smallest.request.json.keys() <= {"model", "instructions"}
    assert not smallest.request.field("instructions").isascii()
    assert len(smallest.request.content) < 80
    assert sum(x.turn > 0 for x in exchanges) <= 60


def test_minimized_requests_have_the_same_model(
    servers: FaultServers, tmp_path: Path
) -> None:
    """An error about another model would look like the failure that is minimized."""
    settings = settings_for(servers, "empty-field-name-rejected")
    _, exchanges = run(settings, tmp_path / "journal.ndjson")
    versions = [x for x in exchanges if x.probe.startswith(PREFIX) and x.turn > 0]

    assert versions
    assert {x.request.field("model") for x in versions} == {settings.model}


def test_no_shrink_sends_each_request_once(
    servers: FaultServers, tmp_path: Path
) -> None:
    """All exchanges are first turns."""
    settings = settings_for(servers, "empty-field-name-rejected", shrink=False)
    _, exchanges = run(settings, tmp_path / "journal.ndjson")
    assert {exchange.turn for exchange in exchanges} == {0}


def test_findings_are_grouped_by_field(servers: FaultServers, tmp_path: Path) -> None:
    """Four wrong types in one field are one group."""
    settings = settings_for(servers, "non-string-tool-description-dropped")
    report, _ = run(settings, tmp_path / "journal.ndjson")
    groups = [
        str(group)
        for result in report.results
        for group in group_findings(result.verdicts)
    ]
    assert groups == ["`tools`: wrong type accepted, 4 cases"]


def test_reactions_are_counted_by_field_and_scenario(
    servers: FaultServers, tmp_path: Path
) -> None:
    """Each generated request is counted once."""
    settings = settings_for(servers, "non-string-tool-description-dropped")
    report, exchanges = run(settings, tmp_path / "journal.ndjson")
    rows = {row.field: row for row in report.fields}
    counted = sum(
        n for row in report.fields for cell in row.cells.values() for n in cell.values()
    )

    assert rows["tools"].cells[Scenario.WRONG_TYPE][Reaction.ANSWERED] == 4
    assert Reaction.ANSWERED not in rows["top_p"].cells[Scenario.WRONG_TYPE]
    assert rows["temperature"].cells[Scenario.NULL] == {Reaction.ANSWERED: 1}
    assert counted == sum(x.probe.startswith(PREFIX) for x in exchanges)


@pytest.mark.parametrize("fault", MINIMIZED)
def test_journal_with_generated_cases_is_reevaluated(
    servers: FaultServers, tmp_path: Path, fault: str
) -> None:
    """The verdicts and the table are the same, without generating any request."""
    path = tmp_path / "journal.ndjson"
    first, _ = run(settings_for(servers, fault), path)
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


def test_rejections_are_inconclusive_if_too_few_requests_are_answered(
    servers: FaultServers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirements about valid requests still pass."""
    monkeypatch.setattr("conformance.judge.acceptance.SHARE", 2.0)
    settings = settings_for(servers, "conforming")
    report = run_to_completion(settings, plan(catalogue(), settings))
    by_id = {result.requirement.id: result for result in report.results}
    wrong_type = by_id["schema.wrong-field-type-is-refused"]

    assert {v.outcome for v in wrong_type.verdicts} == {Outcome.INCONCLUSIVE}
    assert "valid generated requests were answered" in wrong_type.reason
    assert (
        by_id["schema.valid-request-is-accepted-or-clearly-refused"].outcome
        is Outcome.PASSED
    )


def test_id_of_a_generated_case(servers: FaultServers) -> None:
    """The id of the requirement, with the name of the probe in brackets."""
    cases: tuple[Case, ...] = plan(
        catalogue(), settings_for(servers, "conforming")
    ).cases
    ids = [c.id for c in cases if c.probe and c.probe.optional_turns]
    expected = (
        "schema.missing-required-field-is-refused[generated-missing-model-44136fa3]"
    )
    assert expected in ids
