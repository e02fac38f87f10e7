"""An independent parser reads ``exchanges.har`` as HAR 1.2."""

import json

from haralyzer import HarParser  # type: ignore[import-untyped]  # it has no types

from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from conformance.reports.har import render
from tests.reports import hostile
from tests.reports.sample_reports import EXCHANGE, ExchangesById, report_of, verdict

REPORT = report_of(verdict("usage.sum", Outcome.FAILED))
FAILED = Exchange(
    Request(b"", "GET", "/v1/responses/resp_1?a=1&a=2"),
    started=2.0,
    elapsed=0.25,
    failure=TransportFailure(FailureKind.TRUNCATED, "gone"),
    id="x-0002",
    probe="fetched",
)


def read(*exchanges: Exchange) -> HarParser:
    """Parse the HAR file of some exchanges."""
    return HarParser(json.loads(render(REPORT, ExchangesById(*exchanges))))


def test_parser_reads_pages_and_entries() -> None:
    """One page for each probe, and one entry for each exchange in order."""
    har = read(FAILED, EXCHANGE)

    assert har.version == "1.2"
    assert [page.page_id for page in har.pages] == ["text", "fetched"]
    (first,) = har.pages[0].entries
    assert first.url == "https://gw.example/v1/responses"
    assert first.request.method == "POST"
    assert first.response.status == 200
    assert first.response.text == EXCHANGE.body.decode()
    assert first.time == 500
    assert first.timings["wait"] + first.timings["receive"] == 500


def test_request_without_response_has_status_0_and_an_error() -> None:
    """Its query string is split into parameters."""
    entry = json.loads(render(REPORT, ExchangesById(FAILED)))["log"]["entries"][0]

    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"] == str(FAILED.failure)
    assert [pair["value"] for pair in entry["request"]["queryString"]] == ["1", "2"]
    assert entry["startedDateTime"] == "2026-01-01T00:00:02.000+00:00"
    assert "postData" not in entry["request"]


def test_request_contains_a_placeholder_instead_of_the_key() -> None:
    """No API key is recorded."""
    entry = json.loads(render(REPORT, ExchangesById(EXCHANGE)))["log"]["entries"][0]
    sent = {pair["name"]: pair["value"] for pair in entry["request"]["headers"]}

    assert sent["authorization"] == "Bearer ${KEY}"


def test_hostile_responses_are_recorded_completely() -> None:
    """Bytes that are not UTF-8 are encoded as base64."""
    found = hostile.exchanges()
    har = read(*found)

    assert sum(len(page.entries) for page in har.pages) == len(found)
    entries = json.loads(render(REPORT, ExchangesById(*found)))["log"]["entries"]
    encodings = {entry["response"]["content"].get("encoding") for entry in entries}
    assert encodings == {None, "base64"}
