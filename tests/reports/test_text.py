"""The text and Markdown reports start with failures and how to reproduce them."""

from types import ModuleType

import pytest

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


EXPECTED_FAILURE = report_of(
    verdict("usage.fine", Outcome.PASSED),
    verdict("usage.sum", Outcome.EXPECTED, reason="known defect | 12"),
    verdict("state.open", Outcome.UNSUPPORTED, Level.SHOULD, "no store"),
)


def section(heading: str, markdown_text: str) -> str:
    """Return the part of a document below a heading."""
    return markdown_text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def test_markdown_lists_an_expected_failure_with_its_reason() -> None:
    """It was tested, so it is not listed among the untested requirements."""
    written = markdown.render(EXPECTED_FAILURE, evidence)
    row = "| expected failure | MUST `usage.sum` | `known defect \\| 12` |"

    assert row in section("Expected failures", written).splitlines()
    assert "usage.sum" not in section("Not tested", written)
    assert "| unsupported | SHOULD `state.open` | `no store` |" in section(
        "Not tested", written
    )
    assert "## Failed requirements" not in written


def test_markdown_without_expected_failures_has_no_heading_for_them() -> None:
    """The same holds for requirements that were not tested."""
    written = markdown.render(
        report_of(verdict("usage.fine", Outcome.PASSED)), evidence
    )

    assert "## Expected failures" not in written
    assert "## Not tested" not in written


@pytest.mark.parametrize("module", [markdown, text])
def test_verdict_counts_expected_failures_separately(module: ModuleType) -> None:
    """They did not pass."""
    written = module.render(EXPECTED_FAILURE, evidence)

    assert ": 1 MUST requirement passed, 1 expected failure\n" in written


def test_markdown_counts_outcomes_with_the_most_severe_first() -> None:
    """Outcomes that did not occur have no column."""
    written = markdown.render(EXPECTED_FAILURE, evidence)

    assert "| | expected failure | passed | unsupported |" in written.splitlines()
    assert "| MUST | 1 | 1 | 0 |" in written.splitlines()
