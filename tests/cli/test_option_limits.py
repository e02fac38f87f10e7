"""The effect of the options that limit a run, and of those of its report.

Each is set as a flag, as a variable, and in a file.
"""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest

from conformance.reference.faults import FAULTS
from tests.cli.conftest import Serve
from tests.cli.option_runs import ONE, SOURCES, run

pytestmark = pytest.mark.usefixtures("empty_directory")
from_each_source = pytest.mark.parametrize("source", SOURCES)


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
    run(serve(), report_dir=None)

    (directory,) = Path("reports").iterdir()
    assert directory.name.startswith("2")
    assert "-127.0.0.1-" in directory.name
    assert directory.name.endswith("-newapi")


@from_each_source
def test_catalogue_leaves_out_later_requirements(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The report names the date; without the option, that of the newest catalogue."""
    for module in ("cli.options", "config.types"):
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
