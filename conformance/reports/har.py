"""All exchanges of a run as an HTTP Archive (HAR 1.2), for a browser's network tab.

Members that begin with ``_`` are ours, as the format provides for. Where a key was
sent, its place stands (``${KEY}``): an exchange holds no key.
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

_NOT_KNOWN: Final = -1
"""What the format asks for where a size or a time is not known."""


def _named(pairs: Iterable[tuple[str, str]]) -> Json:
    return [{"name": name, "value": value} for name, value in pairs]


def _when(report: Report, seconds: float) -> str:
    """Return a moment of the run in ISO 8601, with milliseconds."""
    start = datetime.fromisoformat(report.run.started_at)
    return (start + timedelta(seconds=seconds)).isoformat(timespec="milliseconds")


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)


def _request(exchange: Exchange, base: str) -> Json:
    request = exchange.request
    query = parse_qsl(urlsplit(request.path).query, keep_blank_values=True)
    told: Json = {
        "method": request.method,
        "url": base + request.path,
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _named(request.all_headers.items()),
        "queryString": _named(query),
        "headersSize": _NOT_KNOWN,
        "bodySize": len(request.content),
    }
    if request.content:
        told["postData"] = {
            "mimeType": request.all_headers.get("content-type", ""),
            "params": [],
            "text": request.content.decode("utf-8", "replace"),
        }
    return told


def _content(exchange: Exchange) -> Json:
    body = exchange.body
    told: Json = {
        "size": len(body),
        "mimeType": exchange.header("content-type") or "x-unknown",
    }
    try:
        return {**told, "text": body.decode("utf-8")}
    except UnicodeDecodeError:
        encoded = base64.b64encode(body).decode("ascii")
        return {**told, "text": encoded, "encoding": "base64"}


def _response(exchange: Exchange) -> Json:
    told: Json = {
        "status": exchange.status,
        "statusText": "",
        "httpVersion": f"HTTP/{exchange.http_version}",
        "cookies": [],
        "headers": _named(exchange.headers),
        "content": _content(exchange),
        "redirectURL": exchange.header("location") or "",
        "headersSize": _NOT_KNOWN,
        "bodySize": exchange.wire_bytes,
    }
    if exchange.failure:
        told["_error"] = str(exchange.failure)
    return told


def _entry(exchange: Exchange, report: Report, base: str) -> Json:
    first = exchange.chunks[0][0] if exchange.chunks else exchange.elapsed
    wait = min(first, exchange.elapsed)
    return {
        "pageref": exchange.probe,
        "startedDateTime": _when(report, exchange.started),
        "time": _milliseconds(exchange.elapsed),
        "request": _request(exchange, base),
        "response": _response(exchange),
        "cache": {},
        "timings": {
            "blocked": _NOT_KNOWN,
            "dns": _NOT_KNOWN,
            "connect": _NOT_KNOWN,
            "ssl": _NOT_KNOWN,
            "send": 0,
            "wait": _milliseconds(wait),
            "receive": _milliseconds(exchange.elapsed - wait),
        },
        "_exchange": exchange.id,
    }


def _pages(exchanges: Iterable[Exchange], report: Report) -> Json:
    """Return a page for each probe, since viewers group entries by page."""
    begun: dict[str, float] = {}
    for exchange in exchanges:
        started = begun.get(exchange.probe, exchange.started)
        begun[exchange.probe] = min(started, exchange.started)
    return [
        {
            "startedDateTime": _when(report, started),
            "id": probe,
            "title": probe,
            "pageTimings": {"onContentLoad": _NOT_KNOWN, "onLoad": _NOT_KNOWN},
        }
        for probe, started in begun.items()
    ]


def render(report: Report, evidence: Evidence) -> str:
    """Write every exchange that was kept, those first that were sent first."""
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
