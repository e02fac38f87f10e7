"""Responses that try to run, hide, break or bloat in whatever shows them."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from conformance.model.exchange import Exchange
from conformance.model.node import Finding
from conformance.model.report import Report
from conformance.model.request import Request
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome, Verdict
from tests.reports.sample_reports import ExchangesById, report_of, requirement

MARKUP: Final = (
    "</script><script>document.title='run'</script>",
    "<img src=x onerror=\"document.title='run'\">",
    "</code></pre></details><h1 id=escaped>out</h1><!--",
    "\"><svg onload=document.title='run'>",
    "' onmouseover='document.title=1' {{ 7 * 7 }} {% raw %} {n} &lt;b&gt;",
    "<style>body{display:none}</style><base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "javascript:document.title='run'",
)

CONTROLS: Final = "\x00\x07\x1b[2J\x1b]0;run\x07\x9b31m\r\x7f"

BACKWARDS: Final = "\u202egnp.exe\u2066\u200b\ufeff\ud800"

_JSON: Final = (("content-type", "application/json"),)
_STREAM: Final = (("content-type", "text/event-stream"),)
_REQUEST: Final = Request.of({"model": "m", "input": "</script>\u202e\x1b[2J"})


def _bodies() -> Iterator[tuple[str, bytes, tuple[tuple[str, str], ...]]]:
    """Yield the pointer of a finding, and body and headers of the response."""
    for text in (*MARKUP, CONTROLS, BACKWARDS):
        content = json.dumps({"id": text, text: {"type": text}}).encode()
        yield "/id", content, (*_JSON, ("x-request-id", text), (text, text))
        yield f"/{text}/type", content, _JSON
        yield f"/no/{text}", content, _JSON
        yield f"header {text}", text.encode("utf-8", "surrogatepass"), ()
        event = json.dumps({"type": text, "delta": text})
        one_line = text.replace("\r", "").replace("\n", "")
        stream = f"event: {one_line}\ndata: {event}\n\ndata: {one_line}\n\n"
        encoded = stream.encode("utf-8", "surrogatepass")
        yield "event 0 /delta", encoded, _STREAM
        yield "event 1", encoded, _STREAM
    large = "x" * 5_000_000
    yield "/text", json.dumps({"text": large}).encode(), _JSON
    yield "", large.encode(), _JSON
    yield "/a", json.dumps({large: 1}).encode(), _JSON
    yield "/0", json.dumps(list(range(900_000))).encode(), _JSON
    yield "/500", json.dumps({str(n): {} for n in range(100_000)}).encode(), _JSON
    yield "/0" * 900, b"[" * 900 + b"]" * 900, _JSON
    yield "/0", b"[" * 200_000 + b"]" * 200_000, _JSON
    yield "/n", b'{"n": ' + b"9" * 4_000 + b"}", _JSON
    line = b'data: {"type": "response.output_text.delta", "delta": "x"}\n\n'
    yield "event 20000 /delta", line * 40_000, _STREAM
    yield "event 7", b"data: " + b"[" * 200_000 + b"\n\n", _STREAM
    yield "\ud800", b"\xff\xfe\x00\x01", (("content-type", "image/png"),)
    yield "status", b"", tuple((f"x-{n}", "y" * 9_000) for n in range(900))


@cache
def exchanges() -> tuple[Exchange, ...]:
    """Return the responses as exchanges; the first id is ``x-0001``."""
    return tuple(
        Exchange(
            _REQUEST,
            200,
            headers,
            body,
            ((0.1, len(body)),),
            elapsed=0.1,
            id=f"x-{number:04}",
            probe="text",
        )
        for number, (_, body, headers) in enumerate(_bodies(), 1)
    )


def _verdicts() -> Iterable[Verdict]:
    for number, (pointer, _, _) in enumerate(_bodies(), 1):
        text = (*MARKUP, CONTROLS, BACKWARDS, "y" * 1_000_000)[number % 11]
        failed = requirement(f"hostile.response-{number}")
        findings = (Finding(pointer, text, text, f"x-{number:04}"),) * 25
        yield Verdict(failed, Level.MUST, text, Outcome.FAILED, findings, "", 1, 25)
        untested = requirement(f"hostile.reason-{number}", Level.SHOULD)
        yield Verdict(untested, Level.SHOULD, "text", Outcome.INCONCLUSIVE, (), text, 1)


@cache
def report() -> tuple[Report, ExchangesById]:
    """Return a report on all hostile responses, and its evidence."""
    return report_of(*_verdicts()), ExchangesById(*exchanges())
