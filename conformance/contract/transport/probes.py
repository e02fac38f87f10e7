"""Requests about HTTP itself."""

from typing import Final

from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import Request

OTHER_METHODS: Final = ("GET", "HEAD", "PUT", "PATCH", "DELETE")
"""Methods that ask for no new answer. OPTIONS is left out: browsers ask it first."""

BODILESS: Final = frozenset({"HEAD", "DELETE"})


@probe(rejections=len(OTHER_METHODS))
def other_methods(context: ProbeContext) -> Steps:
    """A sound question sent by every other method, one each."""
    content = context.request(max_output_tokens=16).content
    yield tuple(
        Request(b"" if method in BODILESS else content, method=method)
        for method in OTHER_METHODS
    )
