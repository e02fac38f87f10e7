"""Probes that continue a stored response by its id."""

from typing import Final
from urllib.parse import quote

from conformance.contract.tools.probes import (
    MAX_CALL_TOKENS,
    WEATHER,
    call_result,
    function_calls,
)
from conformance.model.exchange import Exchange
from conformance.model.node import Json
from conformance.model.probe import ProbeContext, Steps, probe
from conformance.model.request import PATH, SECOND_KEY, Request
from conformance.model.requirement import Capability

MAX_OUTPUT_TOKENS: Final = 64
"""``max_output_tokens`` of each request for a response of a few words."""

RECALL_PROMPT: Final = "Which word did I ask you to remember?"

HELLO_PROMPT: Final = "Thank you for that answer. Now say hello in one word."
"""Prompt of turns 3 to 5 of ``chained_turns``, longer than the prompt of turn 2.

So the input tokens do not decrease from turn 2 to turn 3, even if a server counts only
the new input of each turn.
"""

SECOND_KEY_HEADERS: Final = {"authorization": f"Bearer {SECOND_KEY}"}
"""Headers of a request with the second key."""

_FILLER: Final = (
    "I will ask you for it later on. Until then there is nothing that you have to do: "
    "a boat lies in the harbour, the sea is calm, two gulls sit on the mast, and the "
    "wind comes from the south, as it does on most days at this time of the year. "
    "For now, answer with one short sentence, and do not repeat the word."
)


def _remember_prompt(word: str) -> str:
    """Return a prompt to remember ``word``, much longer than ``RECALL_PROMPT``."""
    return f"Remember the word {word}. {_FILLER}"


def remembered_word(prompt: str) -> str:
    """Return the word that the model has to remember: the fourth word of ``prompt``."""
    return prompt.split()[3].strip(".")


def _response_id(exchange: Exchange) -> str:
    return exchange.response["id"].expect(str)


def _get_request(response_id: str, *, second_key: bool = False) -> Request:
    """Return a GET request for a stored response, with the first key by default."""
    headers: dict[str, str | None] = {"content-type": None}
    path = f"{PATH}/{quote(response_id, safe='')}"
    key_headers = SECOND_KEY_HEADERS if second_key else {}
    return Request(method="GET", path=path, headers={**headers, **key_headers})


# The responses to this probe decide whether the server supports ``Capability.STATE``.
# Probes with ``needs=Capability.STATE`` wait for it; this one must not.
@probe(model_responses=2, max_output_tokens=2 * MAX_OUTPUT_TOKENS)
def two_turn_recall(context: ProbeContext) -> Steps:
    """Ask the model to remember a word, then ask for it by ``previous_response_id``."""
    first = yield context.request(
        _remember_prompt(context.word("remembered")),
        store=True,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    yield context.request(
        RECALL_PROMPT,
        previous_response_id=_response_id(first),
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )


@probe(
    model_responses=5,
    rejections=1,
    max_output_tokens=5 * MAX_OUTPUT_TOKENS,
    needs=Capability.STATE,
)
def chained_turns(context: ProbeContext) -> Steps:
    """Send a chain of five turns, continue its unstored last turn, and fetch a turn.

    The first and the third turn are streams. Only the first turn has instructions. The
    fifth turn has ``store`` set to ``false``. The next request tries to continue that
    turn, and should be rejected. The last request fetches the response of the fourth
    turn. The probe ends early if a turn has no response.
    """
    word = context.word("instructed")
    instructions = f"Remember the word {word}. Never say it in your first answer."

    def turn(previous: Exchange, prompt: str, **fields: Json) -> Request:
        return context.request(
            prompt,
            previous_response_id=_response_id(previous),
            max_output_tokens=MAX_OUTPUT_TOKENS,
            **{"store": True, **fields},
        )

    previous = yield context.request(
        stream=True,
        store=True,
        instructions=instructions,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    for prompt, fields in (
        (RECALL_PROMPT, {}),
        (HELLO_PROMPT, {"stream": True}),
        (HELLO_PROMPT, {}),
    ):
        if not previous.has_response:
            return
        previous = yield turn(previous, prompt, **fields)
    if previous.has_response:
        unstored = yield turn(previous, HELLO_PROMPT, store=False)
        if unstored.has_response:
            yield turn(unstored, HELLO_PROMPT)
        yield _get_request(_response_id(previous))


@probe(model_responses=2, max_output_tokens=2 * MAX_CALL_TOKENS, needs=Capability.STATE)
def stored_call(context: ProbeContext) -> Steps:
    """Force a call, then send only its result and the id of the response."""
    first = yield context.request(
        "What is the weather in Turin?",
        tools=[WEATHER],
        tool_choice={"type": "function", "name": WEATHER["name"]},
        store=True,
        max_output_tokens=MAX_CALL_TOKENS,
    )
    if calls := function_calls(first):
        results: Json = [call_result(call, "It is sunny in Turin.") for call in calls]
        yield context.request(
            results,
            tools=[WEATHER],
            previous_response_id=_response_id(first),
            max_output_tokens=MAX_CALL_TOKENS,
        )


@probe(rejections=3, needs=Capability.STATE)
def unknown_response_ids(context: ProbeContext) -> Steps:
    """Continue responses by ids that do not exist: plausible, malformed, a number."""
    plausible = f"resp_{context.word('unknown-id').lower():0<32}"
    yield tuple(
        context.request(
            RECALL_PROMPT,
            previous_response_id=id_,
            max_output_tokens=MAX_OUTPUT_TOKENS,
        )
        for id_ in (plausible, "../no such \N{SNOWMAN} id?", 12345)
    )


@probe(
    model_responses=1,
    rejections=2,
    max_output_tokens=MAX_OUTPUT_TOKENS,
    needs=Capability.STATE,
    second_key=True,
)
def other_users_conversation(context: ProbeContext) -> Steps:
    """Store a response with one key, then continue and fetch it with the second key."""
    first = yield context.request(
        _remember_prompt(context.word("foreign")),
        store=True,
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
    yield (
        context.request(
            RECALL_PROMPT,
            previous_response_id=_response_id(first),
            headers=SECOND_KEY_HEADERS,
            max_output_tokens=MAX_OUTPUT_TOKENS,
        ),
        _get_request(_response_id(first), second_key=True),
    )
