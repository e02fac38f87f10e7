"""Code spans of requirement texts in HTML."""

from conformance.reports.code_spans import code_spans


def test_text_between_backticks_is_a_code_element() -> None:
    """An unpaired backtick stays as it is."""
    assert code_spans("`id` is a `string` or `") == (
        "<code>id</code> is a <code>string</code> or `"
    )


def test_everything_else_is_escaped() -> None:
    """Inside a code span, too."""
    assert code_spans("<b> `<i>`") == "&lt;b&gt; <code>&lt;i&gt;</code>"
