"""The documents that clauses are taken from, named the same way everywhere."""

import re
from collections.abc import Iterator
from typing import Final

NEWAPI_DOCUMENT: Final = "openapi/newapi.yaml"
"""Our transcript of New API's Responses page; a JSON Pointer may follow a ``#``."""

PROJECT_DECISION: Final = "openapi/SOURCE.md"
"""What we decided where the page is silent or contradicts itself."""

OPENAI_API: Final = "OpenAI API reference, Responses"
OPEN_RESPONSES: Final = "Open Responses specification"
RFC_HTTP: Final = "RFC 9110 (HTTP Semantics)"
RFC_BEARER: Final = "RFC 6750 (Bearer Token Usage)"
RFC_JSON: Final = "RFC 8259 (JSON)"
WHATWG_SSE: Final = "WHATWG HTML, Server-sent events"
REPORTED_BUGS: Final = "defects reported in the field"
"""For a clause that no document states, and whose breach broke real clients."""

_URLS: Final = {
    f"{OPENAI_API}, streaming events": (
        "https://platform.openai.com/docs/api-reference/responses-streaming"
    ),
    OPENAI_API: "https://platform.openai.com/docs/api-reference/responses",
    OPEN_RESPONSES: "https://www.openresponses.org/specification",
    WHATWG_SSE: "https://html.spec.whatwg.org/multipage/server-sent-events.html",
}
_RFC: Final = re.compile(r"RFC (\d+) \([^)]*\)(?:, sections? ([\d.]+))?")


def links(source: str) -> Iterator[tuple[str, str]]:
    """Yield name and URL of each public document that a clause's source names.

    Our own transcript has no address that holds wherever this is installed.
    """
    for part in source.split("; "):
        if named := _RFC.match(part):
            number, section = named.groups()
            place = f"#section-{section}" if section else ""
            yield part, f"https://www.rfc-editor.org/rfc/rfc{number}{place}"
            continue
        for document, url in _URLS.items():
            if part.startswith(document):
                yield part, url
                break
