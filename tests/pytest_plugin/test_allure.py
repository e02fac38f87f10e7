"""What Allure is given: sections as epics, levels as severities, links to clauses."""

import json
from pathlib import Path
from typing import Any

import click.testing
import pytest

from conformance.cli.app import main
from conformance.contract.catalogue import catalogue
from conformance.model.sources import links
from conformance.reference.faults import FAULTS
from conformance.reference.server import serving

Json = Any


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Json]:
    """Judge a gateway with a broken MUST and a broken SHOULD; return all results."""
    monkeypatch.chdir(tmp_path)
    wanted = {"usage.total-is-the-sum", "errors.has-a-type"}
    faults = [f for f in FAULTS.values() if f.breaks & wanted and len(f.breaks) == 1]
    with serving(faults=faults) as gateway:
        runner = click.testing.CliRunner(env={"CONFORMANCE_API_KEY": gateway.key})
        usual = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
        only = ["--only", "usage,errors,auth", "--format", "json,allure"]
        runner.invoke(main, ["run", gateway.url, *usual, *only])
    files = Path("out/allure-results").glob("*-result.json")
    loaded = [json.loads(file.read_text("utf-8")) for file in files]
    return {one["uuid"]: one for one in loaded}


def labels(result: Json, name: str) -> list[str]:
    """Return the labels of one name."""
    return [label["value"] for label in result["labels"] if label["name"] == name]


def of(results: dict[str, Json], id_: str) -> Json:
    """Return one result of a requirement, a broken one if there is."""
    found = [r for r in results.values() if labels(r, "feature") == [id_]]
    return min(found, key=lambda result: result["status"] == "passed")


def test_a_result_says_section_level_and_clause(results: dict[str, Json]) -> None:
    """And its status: a broken SHOULD is no failure."""
    broken = of(results, "usage.total-is-the-sum")
    lesser = of(results, "errors.has-a-type")

    assert labels(broken, "epic") == ["usage"]
    assert labels(broken, "severity") == ["critical"]
    assert labels(lesser, "severity") == ["normal"]
    assert (broken["status"], lesser["status"]) == ("failed", "skipped")
    assert "expected" in broken["statusDetails"]["message"]
    assert {"finding", "request", "curl"} <= {
        word for a in broken["attachments"] for word in a["name"].split()
    }


def test_each_result_has_a_history_of_its_own(results: dict[str, Json]) -> None:
    """Two probes of one requirement are not taken for retries of one test."""
    histories = [result["historyId"] for result in results.values()]

    assert len(histories) == len(set(histories)) > 50


def test_a_clause_of_a_public_document_is_linked(results: dict[str, Json]) -> None:
    """To its section, where there is one."""
    (link,) = of(results, "auth.challenge-names-the-scheme")["links"]

    assert link["url"].startswith("https://www.rfc-editor.org/rfc/rfc")
    assert "#section-" in link["url"]


def test_every_source_outside_of_this_project_has_an_address() -> None:
    """A misspelt document would silently have none."""
    ours = ("openapi/", "defects reported in the field", "the page")
    parts = {p for r in catalogue().requirements for p in r.source.split("; ")}
    named = {p for p in parts if not p.startswith(ours)}

    assert {p for p in named if not list(links(p))} == set()
    assert len(named) > 30
