"""Requirements on errors that only a controlled upstream could test."""

from typing import Final

from conformance.model.requirement import Untested, must
from conformance.model.sources import REPORTED_BUGS

REASON: Final = "the test needs an upstream of the gateway that fails on demand"

UPSTREAM_RATE_LIMIT = Untested(
    must(
        "errors.upstream-rate-limit-is-429",
        "A rate limit of the upstream is returned to the client as a 429.",
        source=REPORTED_BUGS,
        covers=("ER-02", "ER-10"),
    ),
    because=REASON,
)

RETRYABLE_CODE = Untested(
    must(
        "errors.overload-has-a-retryable-code",
        "An error for lack of capacity has an `error.code` that clients retry.",
        source=REPORTED_BUGS,
        covers=("ER-08",),
    ),
    because=REASON,
)

UPSTREAM_CODE = Untested(
    must(
        "errors.upstream-code-is-preserved",
        "The `error.code` of an upstream error is returned to the client unchanged.",
        source=REPORTED_BUGS,
        covers=("ER-09",),
    ),
    because=REASON,
)
