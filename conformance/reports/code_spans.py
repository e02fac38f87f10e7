"""Render the code spans of requirement texts, which are written in backticks."""

import re
from typing import Final

from markupsafe import Markup, escape

_SPAN: Final = re.compile(r"`([^`]+)`")


def code_spans(text: str) -> Markup:
    """Return escaped HTML with a ``code`` element for each text between backticks."""
    html = _SPAN.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(html)  # noqa: S704 -- escaped before
