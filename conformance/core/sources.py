"""The documents that clauses are taken from, named the same way everywhere."""

from typing import Final

PAGE: Final = "openapi/newapi.yaml"
"""Our transcript of New API's Responses page; a JSON Pointer may follow a ``#``."""

LOCAL: Final = "openapi/SOURCE.md"
"""What we decided where the page is silent or contradicts itself."""

OPENAI_API: Final = "OpenAI API reference, Responses"
OPEN_RESPONSES: Final = "Open Responses specification"
RFC_HTTP: Final = "RFC 9110 (HTTP Semantics)"
RFC_BEARER: Final = "RFC 6750 (Bearer Token Usage)"
RFC_JSON: Final = "RFC 8259 (JSON)"
WHATWG_SSE: Final = "WHATWG HTML, Server-sent events"
FIELD: Final = "defects reported in the field"
"""For a clause that no document states, and whose breach broke real clients."""
