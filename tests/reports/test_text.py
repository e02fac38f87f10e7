"""The text and Markdown reports start with failures and how to reproduce them."""

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import markdown, text
from tests.reports.sample_reports import evidence, report_of, verdict

REPORT = report_of(
    verdict("usage.fine", Outcome.PASSED),
    verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
    verdict("usage.sum", Outcome.FAILED),
    verdict("state.open", Outcome.INCONCLUSIVE, reason="no | answer"),
)


def test_failure_has_pointer_and_curl_command() -> None:
    """MUST requirements come before SHOULD requirements."""
    lines = text.render(REPORT, evidence).splitlines()

    assert lines[0] == "failed  MUST  usage.sum  on text"
    assert "/usage/total_tokens: expected 34 (11 + 23), got 35" in lines[2]
    assert '-H "Authorization: Bearer $GW_KEY"' in lines[3]
    assert lines[3].strip().startswith("reproduce x-")


def test_last_line_is_the_verdict_with_the_number_of_failures() -> None:
    """``--quiet`` prints this line only."""
    last = text.render(REPORT, evidence).splitlines()[-1]

    assert last.startswith("non-conformant: https://gw.example/v1/responses")
    assert last.endswith("1 MUST requirement failed")


def test_untested_requirement_is_shown_with_its_reason() -> None:
    """It is not silently skipped."""
    assert "inconclusive: no | answer" in text.render(REPORT, evidence)


def test_markdown_from_a_server_is_not_rendered() -> None:
    """Backticks, pipes and tags in a response stay inside inline code."""
    written = markdown.render(REPORT, evidence)

    assert "`` 35 `<script>` ``" in written
    assert "`no \\| answer`" in written
    assert markdown.code("a``b`") == "``` a``b` ```"
