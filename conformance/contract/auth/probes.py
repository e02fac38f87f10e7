"""Requests without a key, with an invalid key, or with the valid key misplaced.

Most bodies are valid, so that only the key can be the reason for a rejection. A low
``max_output_tokens`` keeps the cost small if the gateway accepts such a request. The
last two probes send the valid key with truncated JSON, so that no model is called.
"""

from typing import Final

from conformance.model.exchange import Inconclusive
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import (
    KEY,
    KEY_CASE_SWAPPED,
    KEY_TRUNCATED,
    PATH,
    Request,
)

ALIASES: Final = (f"{PATH}/", "/responses", "/openai/v1/responses")
"""Paths that some gateways route to the handler of ``/v1/responses``."""

REPETITIONS: Final = 9
"""Number of requests that ``repeated_valid_key`` sends."""

MAX_OUTPUT_TOKENS: Final = 16
"""The ``max_output_tokens`` of each request here that has a complete body."""

TRUNCATED_JSON: Final = b'{"model":'
"""A request body that is not JSON, so that every server rejects it at no cost.

A server may accept ``{}``, in which all fields are missing.
"""


def _with_authorization(
    context: ProbeContext, authorization: str | None, *, stream: bool = False
) -> Request:
    """Return a valid request with this Authorization header; ``None`` omits it."""
    extra_fields = {"stream": True} if stream else {}
    return context.request(
        headers={"authorization": authorization},
        max_output_tokens=MAX_OUTPUT_TOKENS,
        **extra_fields,
    )


def invent_key(context: ProbeContext) -> str:
    """Return a well-formed key that no server knows.

    Runs with the same ``--seed`` invent the same key.
    """
    return f"sk-{context.word('wrong')}{context.word('key')}{context.word('tail')}"


@probe(rejections=1)
def missing_key(context: ProbeContext) -> Steps:
    """Send a request without an Authorization header."""
    yield _with_authorization(context, None)


@probe(rejections=1)
def empty_key(context: ProbeContext) -> Steps:
    """Send the scheme Bearer without a key."""
    yield _with_authorization(context, "Bearer")


@probe(rejections=1)
def unknown_key(context: ProbeContext) -> Steps:
    """Send a well-formed key that no server knows."""
    yield _with_authorization(context, f"Bearer {invent_key(context)}")


@probe(rejections=1)
def unknown_key_streamed(context: ProbeContext) -> Steps:
    """Send the same unknown key with a request for a stream."""
    yield _with_authorization(context, f"Bearer {invent_key(context)}", stream=True)


@probe(rejections=1)
def truncated_key(context: ProbeContext) -> Steps:
    """Send the valid key without its last character."""
    yield _with_authorization(context, f"Bearer {KEY_TRUNCATED}")


@probe(rejections=1)
def extended_key(context: ProbeContext) -> Steps:
    """Send the valid key with one letter appended."""
    yield _with_authorization(context, f"Bearer {KEY}x")


@probe(rejections=1)
def case_swapped_key(context: ProbeContext) -> Steps:
    """Send the valid key with the case of every letter swapped."""
    if not context.key_has_letters:
        raise Inconclusive("the key contains no letters, so its case cannot be swapped")
    yield _with_authorization(context, f"Bearer {KEY_CASE_SWAPPED}")


@probe(rejections=1)
def basic_scheme(context: ProbeContext) -> Steps:
    """Send the valid key with the scheme Basic."""
    yield _with_authorization(context, f"Basic {KEY}")


@probe(rejections=1)
def key_in_query(context: ProbeContext) -> Steps:
    """Send the valid key only as URL query parameters."""
    request = _with_authorization(context, None)
    path = f"{PATH}?api_key={KEY}&key={KEY}&access_token={KEY}"
    yield Request(
        request.content, path=path, headers=request.headers, has_key_placeholder=True
    )


@probe(rejections=1)
def key_in_body(context: ProbeContext) -> Steps:
    """Send the valid key only in fields of the JSON body."""
    request = context.request(max_output_tokens=MAX_OUTPUT_TOKENS, api_key=KEY, key=KEY)
    yield Request(
        request.content, headers={"authorization": None}, has_key_placeholder=True
    )


@probe(rejections=4)
def path_aliases(context: ProbeContext) -> Steps:
    """Send a request without a key to the endpoint and to three aliases of its path."""
    request = _with_authorization(context, None)
    yield tuple(
        Request(request.content, path=path, headers=request.headers)
        for path in (PATH, *ALIASES)
    )


@probe(model_responses=1, max_output_tokens=MAX_OUTPUT_TOKENS)
def lowercase_scheme(context: ProbeContext) -> Steps:
    """Send the valid key with the scheme bearer in lower case."""
    yield _with_authorization(context, f"bearer {KEY}")


@probe(rejections=1)
def two_spaces_after_bearer(_context: ProbeContext) -> Steps:
    """Send truncated JSON, with two spaces between Bearer and the valid key."""
    yield Request(TRUNCATED_JSON, headers={"authorization": f"Bearer  {KEY}"})


@probe(rejections=REPETITIONS)
def repeated_valid_key(_context: ProbeContext) -> Steps:
    """Send truncated JSON with the valid key nine times at once."""
    yield tuple(Request(TRUNCATED_JSON) for _ in range(REPETITIONS))
