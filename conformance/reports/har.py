"""All exchanges of a run as an HTTP Archive (HAR 1.2).

The network tab of a browser can open the file. Fields that begin with ``_`` are
extensions, which the format allows. In requests, a placeholder such as ``${KEY}`` is in
place of the API key.
"""

import base64
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import conformance
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.report import Report
from conformance.reports import Evidence

FILE: Final = "exchanges.har"

_UNKNOWN: Final = -1
"""Value of an unknown size or time in the format."""


def _name_value_pairs(pairs: Iterable[tuple[str, str]]) -> Json:
    return [{"name": name, "value": value} for name, value in pairs]


def _timestamp(report: Report, seconds: float) -> str:
    """Return the time ``seconds`` after the start of the run, in ISO 8601."""
    start = datetime.fromisoformat(report.run.started_at)
    return (start + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _request(exchange: Exchange, base: str) -> Json:
    request = exchange.request
    query = parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
    entry: Json = {
        "method": request.method,
        "url": base + request.path,
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _name_value_pairs(request.all_headers.items()),
        "queryString": _name_value_pairs(query),
        "headersSize": _UNKNOWN,
        "bodySize": len(request.content),
    }
    if request.content:
        entry["postData"] = {
            "mimeType": request.all_headers.get("content-type", ""),
            "params": [],
            "text": request.content.decode("utf-8", "replace"),
        }
    return entry


def _content(exchange: Exchange) -> Json:
    body = exchange.body
    content: Json = {
        "size": len(body),
        "mimeType": exchange.header("content-type") or "x-unknown",
    }
    try:
        return {**content, "text": body.decode("utf-8")}
    except UnicodeDecodeError:
        encoded = base64.b64encode(body).decode("ascii")
        return {**content, "text": encoded, "encoding": "base64"}


def _response(exchange: Exchange) -> Json:
    entry: Json = {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _name_value_pairs(exchange.headers),
        "content": _content(exchange),
        "redirectURL": exchange.header("location") or "",
        "headersSize": _UNKNOWN,
        "bodySize": exchange.wire_bytes,
    }
    if exchange.failure:
        entry["_error"] = str(exchange.failure)
    return entry


def _entry(exchange: Exchange, report: Report, base: str) -> Json:
    first_chunk_at = exchange.chunks[0][0] if exchange.chunks else exchange.elapsed
    wait = min(first_chunk_at, exchange.elapsed)
    return {
        "pageref": exchange.probe,
        "startedDateTime": _timestamp(report, exchange.started),
        "time": _milliseconds(exchange.elapsed),
        "request": _request(exchange, base),
        "response": _response(exchange),
        "cache": {},
        "timings": {
            "blocked": _UNKNOWN,
            "dns": _UNKNOWN,
            "connect": _UNKNOWN,
            "ssl": _UNKNOWN,
            "send": 0,
            "wait": _milliseconds(wait),
            "receive": _milliseconds(exchange.elapsed - wait),
        },
        "_exchange": exchange.id,
    }


def _pages(exchanges: Iterable[Exchange], report: Report) -> Json:
    """Return a HAR page for each probe, because HAR viewers group entries by page."""
    starts: dict[str, float] = {}
    for exchange in exchanges:
        started = starts.get(exchange.probe, exchange.started)
        starts[exchange.probe] = min(started, exchange.started)
    return [
        {
            "startedDateTime": _timestamp(report, started),
            "id": probe,
            "title": probe,
            "pageTimings": {"onContentLoad": _UNKNOWN, "onLoad": _UNKNOWN},
        }
        for probe, started in starts.items()
    ]


def render(report: Report, evidence: Evidence) -> str:
    """Return all recorded exchanges as HAR; the first request sent comes first."""
    exchanges = sorted(evidence.exchanges(), key=lambda exchange: exchange.started)
    base = report.target.url.removesuffix("/v1/responses")
    log = {
        "version": "1.2",
        "creator": {
            "name": "responses-conformance",
            "version": conformance.__version__,
        },
        "pages": _pages(exchanges, report),
        "entries": [_entry(exchange, report, base) for exchange in exchanges],
        "comment": f"run {report.run.id}, model {report.target.model}",
    }
    return json.dumps({"log": log}, ensure_ascii=True) + "\n"
