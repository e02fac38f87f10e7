"""The JUnit file, read as GitLab, Jenkins and GitHub's actions read it."""

import xml.etree.ElementTree as ET
from pathlib import Path

import click.testing
import pytest
from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite

from conformance.cli.app import main
from conformance.reference.fault import Fault, on_reply
from conformance.reference.faults import FAULTS
from conformance.reference.request import GatewayRequest
from conformance.reference.response_message import GatewayResponse
from conformance.reference.server import serving
from tests.pytest_plugin.test_entry_point import judged as judged_by_pytest

HOSTILE = "complet\x1b[31med\x00\ufffe]]></failure><b>&amp;\u2028"


@on_reply()
def speaks_in_control_characters(
    _asked: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Status and refusals hold what XML cannot."""
    if reply.events is not None or not isinstance(reply.payload, dict):
        return reply
    if reply.status == 200:
        return reply.with_payload({**reply.payload, "status": HOSTILE})
    return reply.with_payload({"error": {"message": HOSTILE, "type": HOSTILE}})


@on_reply()
def refuses_tools(asked: GatewayRequest, reply: GatewayResponse) -> GatewayResponse:
    """Tools are refused in words that XML cannot hold."""
    if not asked.field("tools"):
        return reply
    error = {"message": f"tools are not supported {HOSTILE}", "type": "x"}
    return GatewayResponse(400, payload={"error": error})


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def judged(*faults: Fault, only: str = "usage") -> int:
    """Judge a gateway with these faults into ``out``."""
    with serving(faults=faults) as gateway:
        runner = click.testing.CliRunner(env={"CONFORMANCE_API_KEY": gateway.key})
        usual = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
        asked = ["run", gateway.url, *usual, "--only", only, "--format", "json,junit"]
        return runner.invoke(main, asked).exit_code


def cases(path: Path) -> tuple[TestSuite, dict[str, TestCase]]:
    """Return the one suite of a file, and its cases by name."""
    (suite,) = JUnitXml.fromfile(str(path))
    return suite, {case.name: case for case in suite}


def properties(suite: TestSuite) -> dict[str, str]:
    """Return what is said of a whole suite."""
    found = suite.properties()  # type: ignore[no-untyped-call]  # theirs
    return {each.name: each.value for each in found}


def breaking(id_: str) -> Fault:
    """Return a fault that breaks this requirement alone."""
    return next(fault for fault in FAULTS.values() if fault.breaks == {id_})


def test_a_case_is_a_requirement_of_its_section() -> None:
    """A tree of test results then reads as the contract does."""
    judged()
    suite, found = cases(Path("out/junit.xml"))

    assert suite.name == "conformance"
    assert found["usage.total-is-the-sum[every exchange]"].classname == "usage"
    assert {case.classname for case in found.values()} == {"usage"}


def test_the_suite_says_who_was_judged_and_how_it_ended() -> None:
    """Beside the counts that every reader shows."""
    judged(breaking("usage.total-is-the-sum"))
    suite, _ = cases(Path("out/junit.xml"))
    told = {n.removeprefix("conformance."): v for n, v in properties(suite).items()}

    assert told["target"].startswith("http://127.0.0.1:")
    assert told["profile"] == "newapi"
    assert told["verdict"] == "non-conformant"
    assert {"model", "catalogue", "run"} <= set(told)


def test_a_broken_must_is_a_failure_with_its_finding_in_the_message() -> None:
    """Readers show the message first, and some nothing else."""
    judged(breaking("usage.total-is-the-sum"))
    suite, found = cases(Path("out/junit.xml"))
    (result,) = found["usage.total-is-the-sum[every exchange]"].result

    assert suite.failures == 1
    assert isinstance(result, Failure)
    assert "/usage/total_tokens: expected" in result.message
    assert "curl -sS" in result.text


def test_a_broken_should_is_skipped_and_says_what_was_found() -> None:
    """It stops no job, and is not hidden in one."""
    fault = breaking("errors.has-a-type")
    judged(fault, only="errors")
    suite, found = cases(Path("out/junit.xml"))
    results = [r for case in found.values() for r in case.result]
    (broken,) = (r for r in results if "errors.has-a-type" in r.message)

    assert suite.failures == 0
    assert isinstance(broken, Skipped)
    assert "SHOULD" in broken.message
    assert "expected" in broken.message


def test_what_was_not_judged_is_skipped_with_its_reason() -> None:
    """Inconclusive and unsupported are told apart, and never pass."""
    judged(refuses_tools, only="tools")
    _, found = cases(Path("out/junit.xml"))
    messages = [r.message for case in found.values() for r in case.result]

    assert any(message.startswith("unsupported: ") for message in messages)


@pytest.mark.parametrize("fault", [speaks_in_control_characters, refuses_tools])
def test_nothing_that_a_server_says_breaks_the_file(fault: Fault) -> None:
    """Control characters, ends of elements and non-characters stay text."""
    judged(fault, only="status,tools,errors,auth")
    text = Path("out/junit.xml").read_text("utf-8")
    tree = ET.fromstring(text)  # noqa: S314 -- our own
    told = "".join(tree.itertext()) + "".join(
        value for element in tree.iter() for value in element.attrib.values()
    )

    assert tree.find(".//b") is None
    assert "</failure><b>" in told
    assert not set(told) & {"\x00", "\x1b", "\ufffe"}
    assert len(cases(Path("out/junit.xml"))[1]) > 10


def test_somebody_elses_file_reads_the_same(tmp_path: Path) -> None:
    """In a pytest job, beside its own tests."""
    done = judged_by_pytest(tmp_path, "-k", "mine or total", "--junitxml", "j.xml")
    assert done.returncode == 0, done.stdout + done.stderr
    suite, found = cases(tmp_path / "j.xml")

    assert found["usage.total-is-the-sum[every exchange]"].classname == "usage"
    assert found["test_mine"].classname == "test_mine"
    assert "conformance.verdict" in properties(suite)
