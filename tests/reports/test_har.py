"""``exchanges.har`` is what other people's tools read as HAR 1.2."""

import json

from haralyzer import HarParser  # type: ignore[import-untyped]  # it has no types

from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.request import Request
from conformance.model.verdict import Outcome
from conformance.reports.har import render
from tests.reports import hostile
from tests.reports.sample_reports import EXCHANGE, Held, report_of, verdict

REPORT = report_of(verdict("usage.sum", Outcome.FAILED))
LOST = Exchange(
    Request(b"", "GET", "/v1/responses/resp_1?a=1&a=2"),
    started=2.0,
    elapsed=0.25,
    failure=TransportFailure(FailureKind.TRUNCATED, "gone"),
    id="x-0002",
    probe="fetched",
)


def read(*exchanges: Exchange) -> HarParser:
    """Read what is written of some exchanges with somebody else's parser."""
    return HarParser(json.loads(render(REPORT, Held(*exchanges))))


def test_another_parser_reads_it() -> None:
    """A page for each probe, an entry for each exchange, in the order of sending."""
    har = read(LOST, EXCHANGE)

    assert har.version == "1.2"
    assert [page.page_id for page in har.pages] == ["text", "fetched"]
    (first,) = har.pages[0].entries
    assert first.url == "https://gw.example/v1/responses"
    assert first.request.method == "POST"
    assert first.response.status == 200
    assert first.response.text == EXCHANGE.body.decode()
    assert first.time == 500
    assert first.timings["wait"] + first.timings["receive"] == 500


def test_a_request_without_an_answer_says_why() -> None:
    """The status is 0, and the error that of the transport; a query is told apart."""
    entry = json.loads(render(REPORT, Held(LOST)))["log"]["entries"][0]

    assert entry["response"]["status"] == 0
    assert entry["response"]["_error"] == str(LOST.failure)
    assert [pair["value"] for pair in entry["request"]["queryString"]] == ["1", "2"]
    assert entry["startedDateTime"] == "2026-01-01T00:00:02.000+00:00"
    assert "postData" not in entry["request"]


def test_no_key_is_in_it() -> None:
    """The place of the key stands in its stead."""
    entry = json.loads(render(REPORT, Held(EXCHANGE)))["log"]["entries"][0]
    sent = {pair["name"]: pair["value"] for pair in entry["request"]["headers"]}

    assert sent["authorization"] == "Bearer ${KEY}"


def test_hostile_answers_are_kept_whole() -> None:
    """Any bytes come back as they were, if need be in base64."""
    found = hostile.exchanges()
    har = read(*found)

    assert sum(len(page.entries) for page in har.pages) == len(found)
    entries = json.loads(render(REPORT, Held(*found)))["log"]["entries"]
    encodings = {entry["response"]["content"].get("encoding") for entry in entries}
    assert encodings == {None, "base64"}
