"""Answers that want to run, to hide, to break or to bloat whatever shows them."""

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
from tests.reports.sample_reports import Held, clause, report_of

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
_ASKED: Final = Request.of({"model": "m", "input": "</script>\u202e\x1b[2J"})


def _bodies() -> Iterator[tuple[str, bytes, tuple[tuple[str, str], ...]]]:
    """Yield pointer, body and headers of one answer after the other."""
    for text in (*MARKUP, CONTROLS, BACKWARDS):
        whole = json.dumps({"id": text, text: {"type": text}}).encode()
        yield "/id", whole, (*_JSON, ("x-request-id", text), (text, text))
        yield f"/{text}/type", whole, _JSON
        yield f"/no/{text}", whole, _JSON
        yield f"header {text}", text.encode("utf-8", "surrogatepass"), ()
        event = json.dumps({"type": text, "delta": text})
        named = text.replace("\r", "").replace("\n", "")
        stream = f"event: {named}\ndata: {event}\n\ndata: {named}\n\n"
        sent = stream.encode("utf-8", "surrogatepass")
        yield "event 0 /delta", sent, _STREAM
        yield "event 1", sent, _STREAM
    giant = "x" * 5_000_000
    yield "/text", json.dumps({"text": giant}).encode(), _JSON
    yield "", giant.encode(), _JSON
    yield "/a", json.dumps({giant: 1}).encode(), _JSON
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
    """Return the answers as exchanges, ``x-0001`` and on."""
    return tuple(
        Exchange(
            _ASKED,
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
        said = (*MARKUP, CONTROLS, BACKWARDS, "y" * 1_000_000)[number % 11]
        requirement = clause(f"hostile.answer-{number}")
        finding = Finding(pointer, said, said, f"x-{number:04}")
        yield Verdict(
            requirement, Level.MUST, said, Outcome.FAILED, (finding,) * 25, "", 1, 25
        )
        told = clause(f"hostile.reason-{number}", Level.SHOULD)
        yield Verdict(told, Level.SHOULD, "text", Outcome.INCONCLUSIVE, (), said, 1)


@cache
def report() -> tuple[Report, Held]:
    """Return a report on all of them, and their evidence."""
    return report_of(*_verdicts()), Held(*exchanges())
