"""``report.html`` answers on one page, in both languages, whatever a server said."""

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
from tests.reports import hostile
from tests.reports.sample_reports import (
    EXCHANGE,
    Held,
    clause,
    evidence,
    report_of,
    verdict,
)

MOST_BYTES: Final = 2_000_000
VOID: Final = {"meta", "input", "br", "rect", "path", "line", "circle"}
PAGE: Final = Path(conformance.reports.__file__).parent / "html"
TEMPLATES: Final = Path(conformance.reports.__file__).parent / "templates"

BROKEN = report_of(
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
    """Reads a page: its tags, their balance, and what stands in each element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.said: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag with its attributes."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last, which must be the same."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text under the innermost element."""
        if self.open:
            self.said.setdefault(self.open[-1], []).append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def failed_on(exchange: Exchange, pointer: str) -> tuple[Report, Held]:
    """Return a report with one failure at ``pointer`` of ``exchange``."""
    finding = Finding(pointer, "this", "that", exchange.id)
    broken = Verdict(
        clause("usage.sum"), Level.MUST, "x", Outcome.FAILED, (finding,), "", 1, 1
    )
    return report_of(broken), Held(exchange)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stands_alone(lang: str) -> None:
    """Nothing is loaded; its policy allows the script and style that it carries."""
    text = render(BROKEN, evidence, lang)
    page = Page(text)
    policy = page.all("meta")[1]["content"] or ""

    assert page.open == []
    assert not {"link", "img", "iframe", "object", "base"} & {t for t, _ in page.tags}
    assert [a for _, a in page.tags if {"src", "style", "onclick"} & a.keys()] == []
    assert {(a["href"] or "")[:1] for a in page.all("a")} == {"#"}
    assert policy.startswith("default-src 'none';")
    for tag in ("style", "script"):
        (said,) = page.said[tag]
        digest = base64.b64encode(hashlib.sha256(said.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "unsafe" not in policy


def test_a_failure_answers_what_where_how_and_whose() -> None:
    """Clause, source, expected, got, the marked line, curl, cause and excuse."""
    text = render(BROKEN, evidence)

    assert 'id="usage.sum" data-section="usage" data-level="MUST"' in text
    assert "The clause usage.sum holds." in text
    assert "these tests" in text
    assert "34 (11 + 23)</td>" in text
    assert "<mark>    &#34;total_tokens&#34;: 35</mark>" in text
    assert "Authorization: Bearer $GW_KEY" in text
    assert "requirement = &#34;usage.sum&#34;" in text
    assert "expires = 2026-04-01" in text


def test_what_is_absent_is_marked_where_it_should_be() -> None:
    """A missing member has a line of its own inside of its object."""
    text = render(*failed_on(EXCHANGE, "/usage/prompt_tokens"))

    assert "<mark>    ✗ &#34;prompt_tokens&#34;</mark>" in text


def test_a_stream_is_told_with_its_times_and_the_event_at_fault() -> None:
    """Events far from the one in question are counted, not shown."""
    text = render(*failed_on(STREAM, "event 30 /delta"))

    assert '<tr class="wrong"><td>30</td><td>250 ms</td>' in text.replace(
        "<td>1.5 s</td>", "<td>250 ms</td>"
    )
    assert "<mark>  &#34;delta&#34;: &#34;d30&#34;</mark>" in text
    assert '<span class="says">&#34;d29&#34;</span>' in text
    assert "d15" not in text
    assert "[DONE]" in text
    assert "x-request-id: req-77" in text


def test_what_is_in_the_head_is_marked_there() -> None:
    """Status, headers there and headers missing."""
    status = render(*failed_on(EXCHANGE, "status"))
    assert "<mark>HTTP/1.1 200</mark>" in status
    assert status.count("<mark>") == 1
    named = render(*failed_on(EXCHANGE, "header content-type"))
    assert "<mark>content-type: application/json</mark>" in named
    assert "<mark>✗ date</mark>" in render(*failed_on(EXCHANGE, "header date"))


def test_what_was_not_judged_is_told_with_its_reason() -> None:
    """Each outcome that is no judgement, whatever exchange showed it."""
    text = render(BROKEN, evidence)

    for said in ("no | answer", ">no store<", "deselected", "未被选中"):
        assert said in text


def test_problems_are_counted_and_never_shared_out() -> None:
    """The number of problems, no percentage."""
    text = render(BROKEN, evidence)

    assert "2 problems" in text
    assert "2 个问题" in text
    assert not re.search(r"\d\s*%", Page(text).said["p"].__str__())


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("number", [1, 2])
def test_every_verdict_is_one_sentence_in_both_languages(
    outcome: Outcome, level: Level, number: int
) -> None:
    """Whatever a run came to can be said."""
    several = [verdict(f"usage.n{n}", outcome, level, "why") for n in range(number)]
    for report in (report_of(*several), report_of(*several, interrupted=True)):
        sentence = translate.sentence(report)
        assert sentence.count('lang="en"') == sentence.count('lang="zh-Hans"') == 1
        assert "{" not in sentence
        assert render(report, evidence)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_first_language_is_the_one_asked_for(lang: str) -> None:
    """Both are in the page; one is shown first."""
    text = render(BROKEN, evidence, lang)

    assert f'data-lang="{lang}"' in text
    assert "2 problems" in text
    assert "2 个问题" in text


def test_each_text_of_the_templates_has_its_chinese() -> None:
    """And no Chinese is left of a text that is gone."""
    sources = [path.read_text("utf-8") for path in TEMPLATES.glob("*.j2")]
    sources += [path.read_text("utf-8") for path in PAGE.glob("*.py")]
    used = {
        found.replace('"\n            "', "")
        for source in sources
        for found in re.findall(
            r"\b(?:t|label)\(\s*(?:\"[a-z-]+\", )?\"((?:[^\"]|\"\n +\")+)\"", source
        )
    }
    words_of_data = {
        *Outcome,
        *Capability,
        *Reaction,
        *COLUMNS,
        *charts.LABELS.values(),
    }

    assert used - interface().keys() == set()
    assert {str(word) for word in words_of_data} - interface().keys() == set()
    assert len(used) > 60


def test_all_that_a_server_says_is_text() -> None:
    """Markup, controls, tricks of direction, five megabytes, depth: nothing acts."""
    text = render(*hostile.report())
    page = Page(text)

    assert page.open == []
    assert len(text.encode("utf-8")) < MOST_BYTES
    assert len(page.all("script")) == len(page.all("style")) == 1
    assert [tag for tag, _ in page.tags if tag in {"img", "base", "h1"}] == ["h1"]
    assert [a for _, a in page.tags if any(n.startswith("on") for n in a)] == []
    assert "escaped" not in {a.get("id") for _, a in page.tags}
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066\ud800]", text)
    assert "\\u202egnp.exe" in text
    assert "7 * 7" in text


def test_a_page_full_of_failures_stays_small() -> None:
    """What does not fit is named, and stays linkable."""
    finding = Finding("/text", "x" * 5_000, "<" * 5_000, "x-0003")
    body = b'{"text": "' + b"<" * 400_000 + b'"}'
    headers = tuple((f"x-{n}", "<" * 300) for n in range(60))
    large = Exchange(STREAM.request, 200, headers, body, id="x-0003", elapsed=1.0)
    several = [
        Verdict(
            clause(f"usage.n{n}"), Level.MUST, "x", Outcome.FAILED, (finding,) * 25,
            "", 25, 25,
        )
        for n in range(400)
    ]  # fmt: skip
    text = render(report_of(*several), Held(large))

    assert len(text.encode("utf-8")) < MOST_BYTES
    assert 'id="usage.n399"' in text
    assert "would make this page too large" in text
    assert 'id="usage.n0"' in text.split("In the answer")[0]


def test_fields_times_and_capabilities_are_shown() -> None:
    """Tables of what was seen, and the spread of the times."""
    seen = report_of(verdict("usage.fine", Outcome.PASSED))
    row = FieldRow("input", {Scenario.MISSING: {Reaction.REJECTED: 3}})
    times = (timing(EXCHANGE), timing(STREAM))
    report = Report(
        seen.target,
        seen.run,
        seen.verdicts,
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
    assert "No problem found" in text
