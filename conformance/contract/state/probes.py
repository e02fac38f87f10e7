"""Conversations that the server is asked to remember."""

from typing import Final
from urllib.parse import quote

from conformance.contract.tools.probes import CAP, WEATHER, calls, result
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import PATH, SECOND_KEY, Request
from conformance.model.requirement import Capability

SHORT: Final = 64
"""Output tokens for an answer of a few words."""

QUESTION: Final = "Which word did I ask you to remember?"

HELLO: Final = "Thank you for that answer. Now say hello in one word."
"""What the last turns of a chain ask: alike, and each longer than ``QUESTION``.

So a server that counts only what is new never counts less than in the turn before.
"""

OURS: Final = {"authorization": f"Bearer {SECOND_KEY}"}
"""What the holder of the second key sends."""

_PASTIME: Final = (
    "I will ask you for it later on. Until then there is nothing that you have to do: "
    "a boat lies in the harbour, the sea is calm, two gulls sit on the mast, and the "
    "wind comes from the south, as it does on most days at this time of the year. "
    "For now, answer with one short sentence, and do not repeat the word."
)


def _told(word: str) -> str:
    """Return a message that is several times as long as the question after it."""
    return f"Remember the word {word}. {_PASTIME}"


def word_in(text: str) -> str:
    """Return the word that a text of ours asks to remember: its fourth."""
    return text.split()[3].strip(".")


def _id(exchange: Exchange) -> str:
    return exchange.response["id"].expect(str)


def _fetch(response_id: str, *, foreign: bool = False) -> Request:
    headers: dict[str, str | None] = {"content-type": None}
    path = f"{PATH}/{quote(response_id, safe='')}"
    more = OURS if foreign else {}
    return Request(method="GET", path=path, headers={**headers, **more})


# It opens the capability, and must be held to its end where that is refused: so it
# needs nothing itself.
@probe(model_responses=2, max_output_tokens=2 * SHORT)
def two_turn_recall(context: ProbeContext) -> Steps:
    """A word is told in a long message, and asked for by the id of the answer."""
    told = yield context.request(
        _told(context.word("remembered")), store=True, max_output_tokens=SHORT
    )
    yield context.request(
        QUESTION, previous_response_id=_id(told), max_output_tokens=SHORT
    )


@probe(
    model_responses=5, rejections=1, max_output_tokens=5 * SHORT, needs=Capability.STATE
)
def chained_turns(context: ProbeContext) -> Steps:
    """Five turns by id, the first and the third a stream, the last not to be stored.

    The first has instructions that no other turn repeats. Then the last turn is
    continued all the same, and the one before it is fetched.
    """
    word = context.word("instructed")
    secret = f"Remember the word {word}. Never say it in your first answer."

    def turn(before: Exchange, text: str, **members: Json) -> Request:
        return context.request(
            text,
            previous_response_id=_id(before),
            max_output_tokens=SHORT,
            **{"store": True, **members},
        )

    before = yield context.request(
        stream=True, store=True, instructions=secret, max_output_tokens=SHORT
    )
    for text, more in ((QUESTION, {}), (HELLO, {"stream": True}), (HELLO, {})):
        if not before.has_response:
            return
        before = yield turn(before, text, **more)
    if before.has_response:
        last = yield turn(before, HELLO, store=False)
        if last.has_response:
            yield turn(last, HELLO)
        yield _fetch(_id(before))


@probe(model_responses=2, max_output_tokens=2 * CAP, needs=Capability.STATE)
def stored_call(context: ProbeContext) -> Steps:
    """A forced call is answered by its id and its result alone."""
    asked = yield context.request(
        "What is the weather in Turin?",
        tools=[WEATHER],
        tool_choice={"type": "function", "name": WEATHER["name"]},
        store=True,
        max_output_tokens=CAP,
    )
    if made := calls(asked):
        results: Json = [result(call, "It is sunny in Turin.") for call in made]
        yield context.request(
            results,
            tools=[WEATHER],
            previous_response_id=_id(asked),
            max_output_tokens=CAP,
        )


@probe(rejections=3, needs=Capability.STATE)
def unknown_response_ids(context: ProbeContext) -> Steps:
    """Ids that nobody was given: a likely one, one with odd characters, a number."""
    likely = f"resp_{context.word('unknown-id').lower():0<32}"
    yield tuple(
        context.request(QUESTION, previous_response_id=id_, max_output_tokens=SHORT)
        for id_ in (likely, "../no such \N{SNOWMAN} id?", 12345)
    )


@probe(
    model_responses=1,
    rejections=2,
    max_output_tokens=SHORT,
    needs=Capability.STATE,
    second_key=True,
)
def other_users_conversation(context: ProbeContext) -> Steps:
    """A word is told with one key; another key continues that, and fetches it."""
    told = yield context.request(
        _told(context.word("foreign")), store=True, max_output_tokens=SHORT
    )
    yield (
        context.request(
            QUESTION,
            previous_response_id=_id(told),
            headers=OURS,
            max_output_tokens=SHORT,
        ),
        _fetch(_id(told), foreign=True),
    )
