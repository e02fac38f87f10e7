"""Allure results: sections as epics, levels as severities, links to the sources."""

import json
from pathlib import Path
from typing import Any

import click.testing
import pytest

from conformance.cli.app import main
from conformance.contract.catalogue import catalogue
from conformance.model.sources import links
from conformance.reference.faults import FAULTS
from conformance.reference.server import gateway_server

Json = Any


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Json]:
    """Test a gateway that fails a MUST and a SHOULD; return all results by uuid."""
    monkeypatch.chdir(tmp_path)
    ids = {"usage.total-is-the-sum", "errors.has-a-type"}
    faults = [f for f in FAULTS.values() if f.breaks & ids and len(f.breaks) == 1]
    with gateway_server(faults=faults) as gateway:
        runner = click.testing.CliRunner(env={"CONFORMANCE_API_KEY": gateway.key})
        options = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
        only = ["--only", "usage,errors,auth", "--format", "json,allure"]
        runner.invoke(main, ["run", gateway.url, *options, *only])
    files = Path("out/allure-results").glob("*-result.json")
    loaded = [json.loads(file.read_text("utf-8")) for file in files]
    return {result["uuid"]: result for result in loaded}


def labels(result: Json, name: str) -> list[str]:
    """Return the labels with this name."""
    return [label["value"] for label in result["labels"] if label["name"] == name]


def result_of(results: dict[str, Json], id_: str) -> Json:
    """Return one result of a requirement, preferably a failed one."""
    found = [r for r in results.values() if labels(r, "feature") == [id_]]
    return min(found, key=lambda result: result["status"] == "passed")


def test_result_has_section_level_and_requirement(results: dict[str, Json]) -> None:
    """A failed SHOULD has the status of a skipped test."""
    must = result_of(results, "usage.total-is-the-sum")
    should = result_of(results, "errors.has-a-type")

    assert labels(must, "epic") == ["usage"]
    assert labels(must, "severity") == ["critical"]
    assert labels(should, "severity") == ["normal"]
    assert (must["status"], should["status"]) == ("failed", "skipped")
    assert "expected" in must["statusDetails"]["message"]
    assert {"finding", "request", "curl"} <= {
        word for a in must["attachments"] for word in a["name"].split()
    }


def test_each_result_has_its_own_history(results: dict[str, Json]) -> None:
    """Two probes of one requirement are not retries of one test."""
    histories = [result["historyId"] for result in results.values()]

    assert len(histories) == len(set(histories)) > 50


def test_requirement_links_to_its_public_source(results: dict[str, Json]) -> None:
    """To the section of the document."""
    (link,) = result_of(results, "auth.challenge-names-the-scheme")["links"]

    assert link["url"].startswith("https://www.rfc-editor.org/rfc/rfc")
    assert "#section-" in link["url"]


def test_every_external_source_has_a_link() -> None:
    """A misspelled source would have none."""
    internal = ("openapi/", "defects reported in the field", "the page")
    parts = {p for r in catalogue().requirements for p in r.source.split("; ")}
    external = {p for p in parts if not p.startswith(internal)}

    assert {p for p in external if not list(links(p))} == set()
    assert len(external) > 30
