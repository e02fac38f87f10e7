"""Names of the documents that requirements are taken from, and links to them."""

import re
from collections.abc import Iterator
from typing import Final

NEWAPI_DOCUMENT: Final = "openapi/newapi.yaml"
"""Transcript of New API's Responses page; a JSON Pointer may follow after ``#``."""

PROJECT_DECISION: Final = "openapi/SOURCE.md"
"""Decisions of this project where the page is silent or contradicts itself."""

OPENAI_API: Final = "OpenAI API reference, Responses"
OPEN_RESPONSES: Final = "Open Responses specification"
RFC_HTTP: Final = "RFC 9110 (HTTP Semantics)"
RFC_BEARER: Final = "RFC 6750 (Bearer Token Usage)"
RFC_JSON: Final = "RFC 8259 (JSON)"
WHATWG_SSE: Final = "WHATWG HTML, Server-sent events"
REPORTED_BUGS: Final = "defects reported in the field"
"""For a rule that no document states, but whose violation broke real clients."""

_URLS: Final = {
    f"{OPENAI_API}, streaming events": (
        "https://platform.openai.com/docs/api-reference/responses-streaming"
    ),
    OPENAI_API: "https://platform.openai.com/docs/api-reference/responses",
    OPEN_RESPONSES: "https://www.openresponses.org/specification",
    WHATWG_SSE: "https://html.spec.whatwg.org/multipage/server-sent-events.html",
}
"""URLs by start of a source. The first match counts, so longer names come first."""

_RFC: Final = re.compile(r"RFC (\d+) \([^)]*\)(?:, sections? ([\d.]+))?")


def links(source: str) -> Iterator[tuple[str, str]]:
    """Yield name and URL of each public document that ``source`` names.

    A semicolon and a space separate the documents in ``source``.

    Files of this project are skipped: they have no URL that fits every installation.
    """
    for part in source.split("; "):
        if rfc := _RFC.match(part):
            number, section = rfc.groups()
            anchor = f"#section-{section}" if section else ""
            yield part, f"https://www.rfc-editor.org/rfc/rfc{number}{anchor}"
            continue
        for document, url in _URLS.items():
            if part.startswith(document):
                yield part, url
                break
