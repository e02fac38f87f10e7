"""Requirements on connections that the HTTP client hides from the checks."""

from conformance.model.requirement import Untested, should

REUSABLE = Untested(
    should(
        "transport.open-connection-is-reusable",
        "A connection that the server keeps open serves the next request.",
        source="RFC 9112 (HTTP/1.1), section 9.3",
    ),
    because="the HTTP client silently opens a new connection if the old one is closed",
)

NO_EXTRA_BYTES = Untested(
    should(
        "transport.no-bytes-after-content-length",
        "No bytes follow a body after its `Content-Length`.",
        source="RFC 9112 (HTTP/1.1), section 6.3",
    ),
    because="the HTTP client stops reading there and closes the connection",
)
