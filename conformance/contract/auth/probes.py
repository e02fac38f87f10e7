"""Knocking at the door: with no key, a wrong key, and the right key held wrongly.

Each body is a sound question, so that only the key can be what is refused; a cap
keeps an answer cheap where somebody is let in.
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
"""Other paths by which gateways reach the same handler."""

STEADY: Final = 9
"""How often the good key is shown with a question that costs nothing."""

CAP: Final = 16

TORN: Final = b'{"model":'
"""A body that nobody can answer, whatever they make of a request without members."""


def _knock(
    context: ProbeContext, authorization: str | None, *, stream: bool = False
) -> Request:
    """Ask a sound question with this Authorization header, or with none."""
    streamed = {"stream": True} if stream else {}
    headers = {"authorization": authorization}
    return context.request(headers=headers, max_output_tokens=CAP, **streamed)


def wrong_key(context: ProbeContext) -> str:
    """Return a key that looks like one, and is nobody's."""
    return f"sk-{context.word('wrong')}{context.word('key')}{context.word('tail')}"


@probe(rejections=1)
def missing_key(context: ProbeContext) -> Steps:
    """A question without an Authorization header."""
    yield _knock(context, None)


@probe(rejections=1)
def empty_key(context: ProbeContext) -> Steps:
    """A question with the word Bearer, and no key behind it."""
    yield _knock(context, "Bearer")


@probe(rejections=1)
def unknown_key(context: ProbeContext) -> Steps:
    """A question with a well-formed key that is nobody's."""
    yield _knock(context, f"Bearer {wrong_key(context)}")


@probe(rejections=1)
def unknown_key_streamed(context: ProbeContext) -> Steps:
    """The same wrong key, with a stream asked for."""
    yield _knock(context, f"Bearer {wrong_key(context)}", stream=True)


@probe(rejections=1)
def truncated_key(context: ProbeContext) -> Steps:
    """A question with the right key, its last character cut off."""
    yield _knock(context, f"Bearer {KEY_TRUNCATED}")


@probe(rejections=1)
def extended_key(context: ProbeContext) -> Steps:
    """A question with the right key, one letter longer."""
    yield _knock(context, f"Bearer {KEY}x")


@probe(rejections=1)
def case_swapped_key(context: ProbeContext) -> Steps:
    """A question with the right key, small letters and capitals swapped."""
    if not context.key_has_letters:
        raise Inconclusive("the key has no letter to write in another case")
    yield _knock(context, f"Bearer {KEY_CASE_SWAPPED}")


@probe(rejections=1)
def basic_scheme(context: ProbeContext) -> Steps:
    """A question with the right key under the scheme Basic."""
    yield _knock(context, f"Basic {KEY}")


@probe(rejections=1)
def key_in_query(context: ProbeContext) -> Steps:
    """A question whose key stands only in the query of the URL."""
    asked = _knock(context, None)
    path = f"{PATH}?api_key={KEY}&key={KEY}&access_token={KEY}"
    yield Request(
        asked.content, path=path, headers=asked.headers, has_key_placeholder=True
    )


@probe(rejections=1)
def key_in_body(context: ProbeContext) -> Steps:
    """A question whose key stands only in its JSON body."""
    body = context.request(max_output_tokens=CAP, api_key=KEY, key=KEY)
    yield Request(
        body.content, headers={"authorization": None}, has_key_placeholder=True
    )


@probe(rejections=4)
def path_aliases(context: ProbeContext) -> Steps:
    """A question without a key at the endpoint, and at other paths to it."""
    asked = _knock(context, None)
    yield tuple(
        Request(asked.content, path=path, headers=asked.headers)
        for path in (PATH, *ALIASES)
    )


@probe(model_responses=1, max_output_tokens=CAP)
def lowercase_scheme(context: ProbeContext) -> Steps:
    """A question with the right key behind a lower-case bearer."""
    yield _knock(context, f"bearer {KEY}")


@probe(rejections=1)
def two_spaces_after_bearer(_context: ProbeContext) -> Steps:
    """Half a JSON text, with two spaces between the scheme and the right key."""
    yield Request(TORN, headers={"authorization": f"Bearer  {KEY}"})


@probe(rejections=STEADY)
def repeated_valid_key(_context: ProbeContext) -> Steps:
    """Half a JSON text with the good key, many times at once."""
    yield tuple(Request(TORN) for _ in range(STEADY))
