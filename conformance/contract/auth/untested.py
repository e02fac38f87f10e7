"""Requirements that need a special key, or an upstream that the test controls."""

from conformance.model.requirement import Untested, must, should
from conformance.model.sources import REPORTED_BUGS

EXPIRED_KEY = Untested(
    must(
        "auth.expired-key-is-refused",
        "A request with an expired key is rejected with 401.",
        source=REPORTED_BUGS,
        covers=("AU-03",),
    ),
    because="a run has no expired key",
)

ALLOWED_MODELS = Untested(
    should(
        "auth.allowed-models-are-not-leaked",
        "An error for a model that the key may not use lists no other models of the "
        "key.",
        source=REPORTED_BUGS,
        covers=("AU-05",),
    ),
    because="the test needs a key that may not use an existing model",
)

UPSTREAM_REJECTION = Untested(
    must(
        "auth.upstream-401-is-not-relayed",
        "If the upstream rejects the gateway's own key, the client does not get a 401.",
        source=REPORTED_BUGS,
        covers=("AU-11",),
    ),
    because="the test needs an upstream that rejects the gateway's key on demand",
)

KEY_WITHOUT_CREDIT = Untested(
    must(
        "auth.key-without-credit-is-refused",
        "A request with a key that has no credit left gets an error response.",
        source=REPORTED_BUGS,
        covers=("AU-14",),
    ),
    because="the test needs a key with almost no credit, and uses it up",
)
