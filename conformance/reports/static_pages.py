"""Static pages out of the templates beside this module.

Everything that is put into a page is escaped, and what a page may load or run is
named by its own Content-Security-Policy: nothing, but the style that it carries.
"""

import base64
import hashlib
from functools import cache
from typing import Any

import jinja2


def csp_hash(text: str) -> str:
    """Return the source expression that allows an inline element with this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _environment() -> jinja2.Environment:
    made = jinja2.Environment(
        loader=jinja2.PackageLoader("conformance.reports", "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["csp_hash"] = csp_hash
    return made


def render_page(template: str, **values: Any) -> str:  # noqa: ANN401 -- whatever the template shows
    """Fill a template of this package."""
    return _environment().get_template(template).render(values)
