"""The text and Markdown reports show what is wrong first, and how to see it again."""

from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports import markdown, text
from tests.reports.sample_reports import evidence, report_of, verdict

BROKEN = report_of(
    verdict("usage.fine", Outcome.PASSED),
    verdict("usage.nice", Outcome.FAILED, Level.SHOULD),
    verdict("usage.sum", Outcome.FAILED),
    verdict("state.open", Outcome.INCONCLUSIVE, reason="no | answer"),
)


def test_a_failure_says_where_and_how_to_reproduce_it() -> None:
    """MUSTs come before SHOULDs, with the curl line of the exchange."""
    lines = text.render(BROKEN, evidence).splitlines()

    assert lines[0] == "failed  MUST  usage.sum  on text"
    assert "/usage/total_tokens: expected 34 (11 + 23), got 35" in lines[2]
    assert '-H "Authorization: Bearer $GW_KEY"' in lines[3]
    assert lines[3].strip().startswith("reproduce x-")


def test_the_last_line_is_the_verdict() -> None:
    """One sentence, with the number of broken MUSTs."""
    last = text.render(BROKEN, evidence).splitlines()[-1]

    assert last.startswith("non-conformant: https://gw.example/v1/responses")
    assert last.endswith("1 MUST requirements are broken")


def test_what_was_not_judged_is_shown_with_its_reason() -> None:
    """Nothing is a silent skip."""
    assert "inconclusive: no | answer" in text.render(BROKEN, evidence)


def test_markdown_cannot_be_left_by_what_a_server_said() -> None:
    """Backticks, pipes and tags of an answer stay inside code."""
    written = markdown.render(BROKEN, evidence)

    assert "`` 35 `<script>` ``" in written
    assert "`no \\| answer`" in written
    assert markdown.code("a``b`") == "``` a``b` ```"
