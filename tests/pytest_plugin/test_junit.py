"""The JUnit file, as CI servers read it."""

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
from conformance.reference.server import gateway_server
from tests.pytest_plugin.test_entry_point import run_against_gateway

HOSTILE = "complet\x1b[31med\x00\ufffe]]></failure><b>&amp;\u2028"


@on_reply()
def control_characters_in_status_and_errors(
    _request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """``status`` and error bodies contain characters that XML cannot contain."""
    if reply.events is not None or not isinstance(reply.payload, dict):
        return reply
    if reply.status == 200:
        return reply.with_payload({**reply.payload, "status": HOSTILE})
    return reply.with_payload({"error": {"message": HOSTILE, "type": HOSTILE}})


@on_reply()
def tools_rejected_with_control_characters(
    request: GatewayRequest, reply: GatewayResponse
) -> GatewayResponse:
    """Requests with tools are rejected with characters that XML cannot contain."""
    if not request.field("tools"):
        return reply
    error = {"message": f"tools are not supported {HOSTILE}", "type": "x"}
    return GatewayResponse(400, payload={"error": error})


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def run_with_faults(*faults: Fault, only: str = "usage") -> int:
    """Test a gateway with these faults; write the report to ``out``."""
    with gateway_server(faults=faults) as gateway:
        runner = click.testing.CliRunner(env={"CONFORMANCE_API_KEY": gateway.key})
        options = ["--model", gateway.model, "--generated", "0", "--report-dir", "out"]
        argv = ["run", gateway.url, *options, "--only", only, "--format", "json,junit"]
        return runner.invoke(main, argv).exit_code


def cases(path: Path) -> tuple[TestSuite, dict[str, TestCase]]:
    """Return the test suite of a file, and its cases by name."""
    (suite,) = JUnitXml.fromfile(str(path))
    return suite, {case.name: case for case in suite}


def properties(suite: TestSuite) -> dict[str, str]:
    """Return the properties of a suite."""
    found = suite.properties()  # type: ignore[no-untyped-call]  # junitparser has no types
    return {each.name: each.value for each in found}


def breaking(id_: str) -> Fault:
    """Return a fault that breaks only this requirement."""
    return next(fault for fault in FAULTS.values() if fault.breaks == {id_})


def test_class_of_a_case_is_its_section() -> None:
    """CI servers then show the results by section."""
    run_with_faults()
    suite, found = cases(Path("out/junit.xml"))

    assert suite.name == "conformance"
    assert found["usage.total-is-the-sum[every exchange]"].classname == "usage"
    assert {case.classname for case in found.values()} == {"usage"}


def test_suite_has_properties_for_target_and_verdict() -> None:
    """In addition to the counts."""
    run_with_faults(breaking("usage.total-is-the-sum"))
    suite, _ = cases(Path("out/junit.xml"))
    found = {n.removeprefix("conformance."): v for n, v in properties(suite).items()}

    assert found["target"].startswith("http://127.0.0.1:")
    assert found["profile"] == "newapi"
    assert found["verdict"] == "non-conformant"
    assert {"model", "catalogue", "run"} <= set(found)


def test_failed_must_is_a_failure_with_its_finding_as_message() -> None:
    """Some CI servers show only the message."""
    run_with_faults(breaking("usage.total-is-the-sum"))
    suite, found = cases(Path("out/junit.xml"))
    (result,) = found["usage.total-is-the-sum[every exchange]"].result

    assert suite.failures == 1
    assert isinstance(result, Failure)
    assert "/usage/total_tokens: expected" in result.message
    assert "curl -sS" in result.text


def test_failed_should_is_skipped_with_its_finding_as_message() -> None:
    """It does not fail the job, and stays visible."""
    fault = breaking("errors.has-a-type")
    run_with_faults(fault, only="errors")
    suite, found = cases(Path("out/junit.xml"))
    results = [r for case in found.values() for r in case.result]
    (skipped,) = (r for r in results if "errors.has-a-type" in r.message)

    assert suite.failures == 0
    assert isinstance(skipped, Skipped)
    assert "SHOULD" in skipped.message
    assert "expected" in skipped.message


def test_untested_case_is_skipped_with_its_reason() -> None:
    """The reason starts with the outcome."""
    run_with_faults(tools_rejected_with_control_characters, only="tools")
    _, found = cases(Path("out/junit.xml"))
    messages = [r.message for case in found.values() for r in case.result]

    assert any(message.startswith("unsupported: ") for message in messages)


@pytest.mark.parametrize(
    "fault",
    [control_characters_in_status_and_errors, tools_rejected_with_control_characters],
)
def test_text_from_a_server_does_not_break_the_file(fault: Fault) -> None:
    """Control characters, end tags and noncharacters are escaped."""
    run_with_faults(fault, only="status,tools,errors,auth")
    text = Path("out/junit.xml").read_text("utf-8")
    tree = ET.fromstring(text)  # noqa: S314 -- not external input
    texts = "".join(tree.itertext()) + "".join(
        value for element in tree.iter() for value in element.attrib.values()
    )

    assert tree.find(".//b") is None
    assert "</failure><b>" in texts
    assert not set(texts) & {"\x00", "\x1b", "\ufffe"}
    assert len(cases(Path("out/junit.xml"))[1]) > 10


def test_file_of_another_session_contains_the_cases(tmp_path: Path) -> None:
    """In addition to its own tests."""
    result = run_against_gateway(tmp_path, "-k", "mine or total", "--junitxml", "j.xml")
    assert result.returncode == 0, result.stdout + result.stderr
    suite, found = cases(tmp_path / "j.xml")

    assert found["usage.total-is-the-sum[every exchange]"].classname == "usage"
    assert found["test_mine"].classname == "test_mine"
    assert "conformance.verdict" in properties(suite)
