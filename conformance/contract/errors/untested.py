"""Clauses about errors that it takes an upstream of our own to judge."""

from typing import Final

from conformance.model.requirement import Untested, must
from conformance.model.sources import REPORTED_BUGS

WHY: Final = "it takes an upstream that fails on demand, behind the server"

PASSED_ON = Untested(
    must(
        "errors.upstream-rate-limit-is-429",
        "A rate limit of the upstream reaches the client as a 429.",
        source=REPORTED_BUGS,
        covers=("ER-02", "ER-10"),
    ),
    because=WHY,
)

RIGHT_CLASS = Untested(
    must(
        "errors.overload-has-a-retryable-code",
        "A failure for lack of capacity has a code that tells to try again.",
        source=REPORTED_BUGS,
        covers=("ER-08",),
    ),
    because=WHY,
)

SAME_CODE = Untested(
    must(
        "errors.upstream-code-is-preserved",
        "The code of an upstream's error reaches the client unchanged.",
        source=REPORTED_BUGS,
        covers=("ER-09",),
    ),
    because=WHY,
)
