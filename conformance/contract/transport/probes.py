"""Requests with other HTTP methods."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

OTHER_METHODS: Final = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
"""Methods that must not create a response.

OPTIONS is not one of them: browsers send it before a request to another origin, and a
server may accept it.
"""

METHODS_WITHOUT_BODY: Final = frozenset({"HEAD", "DELETE"})
"""Methods whose requests the probe sends without a body."""


@probe(rejections=len(OTHER_METHODS))
def other_methods(context: ProbeContext) -> Steps:
    """Send one request with each of GET, HEAD, PUT, PATCH and DELETE."""
    content = context.request(max_output_tokens=16).content
    yield tuple(
        Request(b"" if method in METHODS_WITHOUT_BODY else content, method=method)
        for method in OTHER_METHODS
    )
