"""Clauses about keys that a stranger with one or two good keys cannot judge."""

from conformance.model.requirement import Untested, must, should
from conformance.model.sources import REPORTED_BUGS

EXPIRED_KEY = Untested(
    must(
        "auth.expired-key-is-refused",
        "A key that has expired is refused with a 401.",
        source=REPORTED_BUGS,
        covers=("AU-03",),
    ),
    because="a run has no key that has expired",
)

MODEL_LIST = Untested(
    should(
        "auth.allowed-models-are-not-leaked",
        "A refusal to use a model lists no other model of the key.",
        source=REPORTED_BUGS,
        covers=("AU-05",),
    ),
    because="it takes a key that is barred from a model which exists",
)

UPSTREAM_REFUSAL = Untested(
    must(
        "auth.upstream-401-is-not-relayed",
        "A refusal of the gateway's own key by its upstream is no 401 to the client.",
        source=REPORTED_BUGS,
        covers=("AU-11",),
    ),
    because="it takes an upstream that refuses the gateway on demand",
)

SPENT_KEY = Untested(
    must(
        "auth.key-without-credit-is-refused",
        "A key without credit gets no answer.",
        source=REPORTED_BUGS,
        covers=("AU-14",),
    ),
    because="it takes a key with next to no credit, and spends it",
)
