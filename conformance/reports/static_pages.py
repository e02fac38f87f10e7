"""Render HTML pages and SVG images from the templates of this package.

All values are escaped. Each page has a Content-Security-Policy that allows only the
style sheet in the page itself.
"""

import base64
import hashlib
from functools import cache
from typing import Any

import jinja2

from conformance.reports.code_spans import code_spans
from conformance.reports.wording import count, outcome_label


def csp_hash(text: str) -> str:
    """Return the CSP source expression that allows an inline element with this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code_spans"] = code_spans
    environment.filters["csp_hash"] = csp_hash
    environment.filters["outcome_label"] = outcome_label
    environment.filters["with_noun"] = count
    return environment


def render_page(template: str, **values: Any) -> str:  # noqa: ANN401 -- a template takes any value
    """Return the page from a template of this package and the ``values`` it uses."""
    return _environment().get_template(template).render(values)
