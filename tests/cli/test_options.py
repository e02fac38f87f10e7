"""The effect of every option in a run: as a flag, as a variable, and in a file.

``python -m tests.mutate_options`` shows that these tests fail if an option is removed,
renamed, ignored, or has another default.
"""

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from conformance.reference.faults import FAULTS
from conformance.reference.gateway import KEY, SECOND_KEY
from tests.cli.conftest import Serve
from tests.cli.option_runs import ONE, SOURCES, run

from_each_source = pytest.mark.parametrize("source", SOURCES)


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory; the environment has keys, and no options."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("CONFORMANCE_", "GITHUB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("CONFORMANCE_API_KEY", KEY)
    monkeypatch.setenv("MINE", SECOND_KEY)


@from_each_source
def test_url_receives_the_requests(serve: Serve, source: str) -> None:
    """Without a URL, the embedded gateway does."""
    gateway = serve()
    result = run(gateway, source, {"url": gateway.url})

    assert result.exit_code == 0, result.output
    assert len(gateway.requests) == 1
    assert result.report["target"]["url"] == f"{gateway.url}/v1/responses"


def test_url_is_the_embedded_gateway_by_default(serve: Serve) -> None:
    """It has its own model and keys."""
    gateway = serve()
    result = run(gateway, url=None, model=None)

    assert result.exit_code == 0, result.output
    assert result.ids("passed") == {ONE}
    assert gateway.requests == []


@from_each_source
def test_model_is_in_every_request(serve: Serve, source: str) -> None:
    """Under ``model``."""
    result = run(serve(), source, {"model": "scripted-mini"})

    assert result.exit_code == 0, result.output
    assert [each.body["model"] for each in result.gateway.requests] == ["scripted-mini"]


def test_model_has_no_default(serve: Serve) -> None:
    """Nothing is sent without one."""
    result = run(serve(), model=None)

    assert result.exit_code == 2
    assert "error: no model given" in result.output
    assert result.gateway.requests == []


@from_each_source
def test_api_key_env_names_the_variable_of_the_key(serve: Serve, source: str) -> None:
    """The key in it is sent."""
    result = run(serve(), source, {"api-key-env": "MINE"})

    assert result.headers("authorization") == {f"Bearer {SECOND_KEY}"}


@pytest.mark.parametrize(
    "name", ["CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY"]
)
def test_api_key_env_has_three_defaults(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The first one that is set."""
    for each in ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(each, "")
    monkeypatch.setenv(name, SECOND_KEY)
    result = run(serve())

    assert result.headers("authorization") == {f"Bearer {SECOND_KEY}"}


@from_each_source
def test_second_key_env_names_the_variable_of_the_second_key(
    serve: Serve, source: str
) -> None:
    """Some requests have the second key."""
    result = run(serve(), source, {"second-key-env": "MINE"}, only="state")

    assert f"Bearer {SECOND_KEY}" in result.headers("authorization")


def test_second_key_env_has_no_default(serve: Serve) -> None:
    """No request has the second key."""
    result = run(serve(), only="state")

    assert result.gateway.requests
    assert f"Bearer {SECOND_KEY}" not in result.headers("authorization")


@from_each_source
def test_profile_is_the_tested_contract(serve: Serve, source: str) -> None:
    """The report names it."""
    result = run(serve(), source, {"profile": "openai"})

    assert result.report["target"]["profile"] == "openai"
    assert "profile openai" in result.output


def test_profile_is_newapi_by_default(serve: Serve) -> None:
    """The report names it."""
    assert run(serve()).report["target"]["profile"] == "newapi"


@from_each_source
def test_header_is_in_every_request(serve: Serve, source: str) -> None:
    """In addition to those of the suite."""
    result = run(serve(), source, {"header": "X-Tenant: 7"})

    assert result.headers("x-tenant") == {"7"}


def test_header_has_no_default(serve: Serve) -> None:
    """No request has a header of the user."""
    (request,) = run(serve()).gateway.requests

    assert set(request.headers) == {
        *("host", "authorization", "content-type", "content-length"),
        *("accept", "accept-encoding", "user-agent", "connection"),
    }


@from_each_source
def test_only_selects_requirements(serve: Serve, source: str) -> None:
    """By id, or by section; several values are separated by commas."""
    result = run(serve(), source, {"only": f"{ONE},status"})

    assert ONE in result.ids("passed")
    assert {id_.partition(".")[0] for id_ in result.ids("passed")} == {"usage", "status"}


def test_only_selects_everything_by_default(serve: Serve) -> None:
    """No requirement is left out; a limit keeps the run short."""
    result = run(serve(), only=None, **{"max-requests": "1"})

    assert "over the limit of 1 requests (--max-requests)" in result.reasons
    assert "not selected by --only" not in result.reasons


@from_each_source
def test_require_turns_unsupported_into_failed(serve: Serve, source: str) -> None:
    """The exit code says so."""
    result = run(serve(no_tools=True), source, {"require": "tools"}, only="tools")

    assert result.exit_code == 1, result.output
    assert result.ids("failed")


def test_require_requires_nothing_by_default(serve: Serve) -> None:
    """A server may reject tools."""
    result = run(serve(no_tools=True), only="tools")

    assert result.ids("failed") == set()
    assert result.ids("unsupported")


@from_each_source
def test_level_leaves_out_lower_levels(serve: Serve, source: str) -> None:
    """Only MUST requirements are tested."""
    result = run(serve(), source, {"level": "must"}, only="usage")

    tested = result.ids("passed")
    levels = {r["level"] for r in result.report["requirements"] if r["id"] in tested}
    assert levels == {"MUST"}


def test_level_is_may_by_default(serve: Serve) -> None:
    """No requirement is left out; a limit keeps the run short."""
    result = run(serve(), only=None, **{"max-requests": "1"})

    assert "over the limit of 1 requests (--max-requests)" in result.reasons
    assert not [reason for reason in result.reasons if "below --level" in reason]


@from_each_source
def test_seed_is_recorded(serve: Serve, source: str) -> None:
    """In the journal and in the report."""
    result = run(serve(), source, {"seed": "7"})

    header = json.loads(Path("out/journal.ndjson").read_text("utf-8").splitlines()[0])
    assert header["seed"] == 7
    assert result.report["run"]["seed"] == 7


def test_seed_changes_the_test_words_and_is_0_by_default(serve: Serve) -> None:
    """Equal seeds send equal words."""
    first, again, other = (
        {each.content for each in run(serve(), only="state", **options).gateway.requests}
        for options in ({}, {"seed": "0"}, {"seed": "7"})
    )

    assert first & again
    assert first & again != first & other


@from_each_source
def test_generated_is_the_number_of_generated_requests(
    serve: Serve, source: str
) -> None:
    """The report counts them."""
    result = run(serve(), source, {"generated": "3"}, only="schema")

    assert result.report["run"]["generated"] == 3


def test_generated_is_120_by_default(serve: Serve) -> None:
    """A broken gateway keeps the run short."""
    gateway = serve(broken=True)
    result = run(gateway, only="schema", generated=None, shrink="no")

    assert result.report["run"]["generated"] == 120
    assert len(gateway.requests) > 120


@from_each_source
def test_no_shrink_sends_each_generated_request_once(serve: Serve, source: str) -> None:
    """Even if all of them fail."""
    gateway = serve(broken=True)
    run(gateway, source, {"shrink": "no"}, only="schema", generated="40")

    assert len(gateway.requests) == 41


def test_shrink_is_on_by_default(serve: Serve) -> None:
    """Smaller versions of a request that failed are sent."""
    gateway = serve(broken=True)
    run(gateway, only="schema", generated="40")

    assert len(gateway.requests) > 41


@from_each_source
def test_case_selects_one_case(serve: Serve, source: str) -> None:
    """Of all those of a section."""
    result = run(serve(), source, {"case": f"{ONE}[every exchange]"}, only="usage")

    assert result.ids("passed") == {ONE}


def test_case_selects_all_by_default(serve: Serve) -> None:
    """Of a section."""
    assert len(run(serve(), only="usage").ids("passed")) > 10


@from_each_source
def test_concurrency_is_the_number_of_requests_in_flight(
    serve: Serve, source: str
) -> None:
    """The gateway answers none before there are as many."""
    gateway = serve(hold=3)
    run(gateway, source, {"concurrency": "3"}, only="requests", timeout="20")

    assert gateway.max_in_flight == 3


def test_concurrency_is_16_by_default(serve: Serve) -> None:
    """The gateway answers none before there are as many."""
    gateway = serve(hold=16)
    result = run(gateway, only="requests", timeout="20")

    assert gateway.max_in_flight == 16
    assert "no complete response" not in result.output


@pytest.fixture
def delays(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the delays of the rate limit, at a clock that stands still."""
    recorded = list[float]()

    async def sleep(delay: float) -> None:
        recorded.append(round(delay, 6))
        await asyncio.sleep(0)

    pool = "conformance.run.connection_pool"
    loop = SimpleNamespace(
        sleep=sleep, get_running_loop=asyncio.get_running_loop, Future=asyncio.Future
    )
    monkeypatch.setattr(f"{pool}.asyncio", loop)
    monkeypatch.setattr(f"{pool}.time", SimpleNamespace(monotonic=lambda: 100.0))
    return recorded


@from_each_source
def test_rate_delays_each_request(
    serve: Serve, delays: list[float], source: str
) -> None:
    """At 30 per minute, by two seconds more than the request before it."""
    result = run(serve(), source, {"rate": "30/m"}, only="usage")

    assert len(result.gateway.requests) == 3
    assert delays == [0.0, 2.0, 4.0]


def test_rate_is_unlimited_by_default(serve: Serve, delays: list[float]) -> None:
    """No request is delayed."""
    result = run(serve(), only="usage")

    assert len(result.gateway.requests) == 3
    assert delays == []


@from_each_source
def test_timeout_ends_a_response(serve: Serve, source: str) -> None:
    """The gateway sends none, and the report says how long the run waited."""
    result = run(serve(silent=True), source, {"timeout": "0.05"})

    assert result.exit_code == 3, result.output
    assert "0.05 s" in result.output


@from_each_source
def test_max_requests_stops_the_run(serve: Serve, source: str) -> None:
    """After exactly as many requests."""
    result = run(serve(), source, {"max-requests": "4"}, only="requests")

    assert len(result.gateway.requests) == 4
    assert "over the limit of 4 requests (--max-requests)" in result.reasons


@from_each_source
def test_max_seconds_stops_the_run(serve: Serve, source: str) -> None:
    """The gateway sends no response, so nothing else does."""
    result = run(serve(silent=True), source, {"max-seconds": "0.05"}, only="requests")

    assert "over the limit of 0.05 s (--max-seconds)" in result.reasons


@from_each_source
def test_report_dir_has_the_report(serve: Serve, source: str) -> None:
    """And the journal."""
    result = run(serve(), source, {"report-dir": "mine"})

    names = {path.name for path in Path("mine").iterdir()}
    assert result.output.endswith("report: mine\n")
    assert names == {"journal.ndjson", "report.json"}


def test_report_dir_has_time_host_and_profile_by_default(serve: Serve) -> None:
    """Below ``reports``."""
    run(serve(), **{"report-dir": None})

    (directory,) = Path("reports").iterdir()
    assert directory.name.startswith("2")
    assert "-127.0.0.1-" in directory.name
    assert directory.name.endswith("-newapi")


@from_each_source
def test_catalogue_leaves_out_later_requirements(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The report names the date; without the option, that of the newest catalogue."""
    for module in ("cli.options", "model.option_types"):
        monkeypatch.setattr(f"conformance.{module}.CATALOGUE", "2999-01-31")
    newest = run(serve()).report["catalogue"]
    selected = run(serve(), source, {"catalogue": "2026-12-24"}).report["catalogue"]

    assert (newest, selected) == ("2999-01-31", "2026-12-24")


@from_each_source
def test_baseline_expects_a_failure(serve: Serve, source: str) -> None:
    """The run passes; without the file it fails."""
    Path("known.toml").write_text(
        f'[[expected]]\nrequirement = "{ONE}"\nreason = "known"\n', "utf-8"
    )
    fault = FAULTS["total-tokens-off-by-one"]
    failed = run(serve(fault))
    expected = run(serve(fault), source, {"baseline": "known.toml"})

    assert (failed.exit_code, expected.exit_code) == (1, 0)
    assert expected.ids("expected") == {ONE}


@from_each_source
def test_format_selects_the_files(serve: Serve, source: str) -> None:
    """The journal is always written."""
    run(serve(), source, {"format": "text,badge"})

    names = {path.name for path in Path("out").iterdir()}
    assert names == {"journal.ndjson", "badge.svg", "report.txt"}


def test_format_has_four_files_by_default(serve: Serve) -> None:
    """In addition to the journal."""
    run(serve(), format=None)

    names = {path.name for path in Path("out").iterdir()}
    files = {"report.html", "report.json", "junit.xml", "summary.md"}
    assert names == files | {"journal.ndjson"}


@from_each_source
def test_lang_is_the_language_of_the_page(serve: Serve, source: str) -> None:
    """English by default."""
    pages = []
    for tested in ({}, {"lang": "zh"}):
        run(serve(), source, tested, format="html")
        pages.append(Path("out/report.html").read_text("utf-8"))

    assert ['" data-lang="en">' in page for page in pages] == [True, False]
    assert ['" data-lang="zh">' in page for page in pages] == [False, True]
