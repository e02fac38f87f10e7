"""``report.html`` shows every result on one page, in both languages, and is safe."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

import conformance.reports
from conformance.model.exchange import Exchange, ResponseKind
from conformance.model.generated_input import COLUMNS, FieldRow, Reaction, Scenario
from conformance.model.node import Finding
from conformance.model.report import Report
from conformance.model.request import Request
from conformance.model.requirement import Capability, Level
from conformance.model.timing import timing
from conformance.model.verdict import Outcome, Verdict
from conformance.reports.html import charts, translate
from conformance.reports.html.page import render
from conformance.reports.i18n import interface
from conformance.reports.wording import outcome_label
from tests.reports import hostile
from tests.reports.sample_reports import (
    EXCHANGE,
    ExchangesById,
    evidence,
    report_of,
    requirement,
    verdict,
)

MAX_BYTES: Final = 2_000_000
VOID_ELEMENTS: Final = {"meta", "input", "br", "rect", "path", "line", "circle"}
MODULES: Final = Path(conformance.reports.__file__).parent / "html"
TEMPLATES: Final = Path(conformance.reports.__file__).parent / "templates"

REPORT = report_of(
    verdict("usage.sum", Outcome.FAILED),
    verdict("usage.fine", Outcome.PASSED),
    verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
    verdict("state.open", Outcome.INCONCLUSIVE, reason="no | answer"),
    verdict("state.none", Outcome.UNSUPPORTED, reason="x-0001: no store"),
    verdict("state.left", Outcome.NOT_RUN, reason="deselected"),
)

STREAM = Exchange(
    Request.of({"model": "m", "input": "x", "stream": True}),
    200,
    (("content-type", "text/event-stream"), ("x-request-id", "req-77")),
    b"".join(
        b'data: {"type":"response.output_text.delta","delta":"d%d"}\n\n' % n
        for n in range(60)
    )
    + b"data: [DONE]\n\n",
    ((0.25, 3000), (1.5, 10_000)),
    elapsed=1.5,
    id="x-0002",
    probe="streamed-text",
)


class Page(HTMLParser):
    """Parses a page: its tags, whether they are balanced, and the text of each tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID_ELEMENTS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record a self-closing tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the innermost element, which must have the same tag."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Record a text of the innermost element."""
        if self.open:
            self.texts.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element with this tag."""
        return [attributes for name, attributes in self.tags if name == tag]


def failed_on(exchange: Exchange, pointer: str) -> tuple[Report, ExchangesById]:
    """Return a report with one failure at ``pointer`` of ``exchange``."""
    finding = Finding(pointer, "this", "that", exchange.id)
    failed = Verdict(
        requirement("usage.sum"), Level.MUST, "x", Outcome.FAILED, (finding,), "", 1, 1
    )
    return report_of(failed), ExchangesById(exchange)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_page_is_self_contained(lang: str) -> None:
    """It loads nothing, and its policy allows only its own script and style."""
    text = render(REPORT, evidence, lang)
    page = Page(text)
    policy = page.all("meta")[1]["content"] or ""

    assert page.open == []
    assert not {"link", "img", "iframe", "object", "base"} & {t for t, _ in page.tags}
    assert [a for _, a in page.tags if {"src", "style", "onclick"} & a.keys()] == []
    assert {(a["href"] or "")[:1] for a in page.all("a")} == {"#"}
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (content,) = page.texts[tag]
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_failure_shows_finding_evidence_curl_and_baseline_entry() -> None:
    """The wrong line of the response is marked."""
    text = render(REPORT, evidence)

    assert 'id="usage.sum" data-section="usage" data-level="MUST"' in text
    assert "Text of usage.sum." in text
    assert "these tests" in text
    assert "34 (11 + 23)</td>" in text
    assert "<mark>    &#34;total_tokens&#34;: 35</mark>" in text
    assert "Authorization: Bearer $GW_KEY" in text
    assert "requirement = &#34;usage.sum&#34;" in text
    assert "expires = 2026-04-01" in text


def test_missing_field_is_marked_in_its_object() -> None:
    """It has its own line."""
    text = render(*failed_on(EXCHANGE, "/usage/prompt_tokens"))

    assert "<mark>    ✗ &#34;prompt_tokens&#34;</mark>" in text


def test_stream_shows_times_and_the_events_around_the_wrong_one() -> None:
    """Other events are counted, not shown."""
    text = render(*failed_on(STREAM, "event 30 /delta"))

    assert '<tr class="wrong"><td>30</td><td>250 ms</td>' in text.replace(
        "<td>1.5 s</td>", "<td>250 ms</td>"
    )
    assert "<mark>  &#34;delta&#34;: &#34;d30&#34;</mark>" in text
    assert '<span class="delta">&#34;d29&#34;</span>' in text
    assert "d15" not in text
    assert "[DONE]" in text
    assert "x-request-id: req-77" in text


def test_wrong_status_or_header_is_marked_in_the_head() -> None:
    """A missing header has its own line."""
    status = render(*failed_on(EXCHANGE, "status"))
    assert "<mark>HTTP/1.1 200</mark>" in status
    assert status.count("<mark>") == 1
    named = render(*failed_on(EXCHANGE, "header content-type"))
    assert "<mark>content-type: application/json</mark>" in named
    assert "<mark>✗ date</mark>" in render(*failed_on(EXCHANGE, "header date"))


def test_untested_requirements_are_shown_with_their_reason() -> None:
    """The id of an exchange is removed from the reason."""
    text = render(REPORT, evidence)

    for reason in ("no | answer", ">no store<", "deselected", "未被选中"):
        assert reason in text


def test_failures_are_counted_without_percentages() -> None:
    """There is no score."""
    text = render(REPORT, evidence)

    assert "2 failures" in text
    assert "2 个问题" in text
    assert not re.search(r"\d\s*%", Page(text).texts["p"].__str__())


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("number", [1, 2])
def test_every_verdict_has_a_sentence_in_both_languages(
    outcome: Outcome, level: Level, number: int
) -> None:
    """All placeholders are filled."""
    verdicts = [verdict(f"usage.n{n}", outcome, level, "why") for n in range(number)]
    for report in (report_of(*verdicts), report_of(*verdicts, interrupted=True)):
        sentence = translate.verdict_sentence(report)
        assert sentence.count('lang="en"') == sentence.count('lang="zh-Hans"') == 1
        assert "{" not in sentence
        assert render(report, evidence)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_selected_language_is_shown_first(lang: str) -> None:
    """The page contains both languages."""
    text = render(REPORT, evidence, lang)

    assert f'data-lang="{lang}"' in text
    assert "2 failures" in text
    assert "2 个问题" in text


def test_every_text_of_the_page_has_a_translation() -> None:
    """So does every word from the data."""
    sources = [path.read_text("utf-8") for path in TEMPLATES.glob("*.j2")]
    sources += [path.read_text("utf-8") for path in MODULES.glob("*.py")]
    used = {
        found.replace('"\n            "', "")
        for source in sources
        for found in re.findall(
            r"\b(?:t|attribute)\(\s*(?:\"[a-z-]+\", )?\"((?:[^\"]|\"\n +\")+)\"", source
        )
    }
    words = {
        *map(outcome_label, Outcome),
        *Capability,
        *Reaction,
        *COLUMNS,
        *charts.LABELS.values(),
    }

    assert used - interface().keys() == set()
    assert {str(word) for word in words} - interface().keys() == set()
    assert len(used) > 60


def test_hostile_responses_are_escaped() -> None:
    """Markup, control characters, direction marks, large and deep bodies."""
    text = render(*hostile.report())
    page = Page(text)

    assert page.open == []
    assert len(text.encode("utf-8")) < MAX_BYTES
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert [tag for tag, _ in page.tags if tag in {"img", "base", "h1"}] == ["h1"]
    assert [a for _, a in page.tags if any(n.startswith("on") for n in a)] == []
    assert "escaped" not in {a.get("id") for _, a in page.tags}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800]", text)
    assert "\\u202egnp.exe" in text
    assert "7 * 7" in text


def test_page_with_many_failures_has_a_size_limit() -> None:
    """Requirements whose evidence is omitted can still be linked to."""
    finding = Finding("/text", "x" * 5_000, "<" * 5_000, "x-0003")
    body = b'{"text": "' + b"<" * 400_000 + b'"}'
    headers = tuple((f"x-{n}", "<" * 300) for n in range(60))
    large = Exchange(STREAM.request, 200, headers, body, id="x-0003", elapsed=1.0)
    failures = [
        (requirement(f"usage.n{n}"), Level.MUST, "x", Outcome.FAILED)
        for n in range(400)
    ]
    verdicts = [Verdict(*each, (finding,) * 25, "", 25, 25) for each in failures]
    text = render(report_of(*verdicts), ExchangesById(large))

    assert len(text.encode("utf-8")) < MAX_BYTES
    assert 'id="usage.n399"' in text
    assert "would make this page too large" in text
    assert 'id="usage.n0"' in text.split("Reproduce")[0]


def test_fields_response_times_and_capabilities_are_shown() -> None:
    """Each has its own table."""
    base = report_of(verdict("usage.fine", Outcome.PASSED))
    row = FieldRow("input", {Scenario.MISSING: {Reaction.REJECTED: 3}})
    times = (timing(EXCHANGE), timing(STREAM))
    report = Report(
        base.target,
        base.run,
        base.verdicts,
        {"core": "supported", "state": "unclear"},
        fields=(row,),
        timings=times,
    )
    text = render(report, evidence)

    assert [t.kind for t in times] == [ResponseKind.UNRECOGNIZED, ResponseKind.STREAM]
    assert '<th scope="row"><code>input</code></th>' in text
    assert "被拒绝" in text
    assert "不明确" in text
    assert "first event of a stream" in text
    assert "No failures" in text
