"""Tools: what servers, models and agents may do without being blamed."""

import pytest

from conformance.contract.tools import probes
from conformance.model.node import Json
from conformance.model.probe import ProbeResult
from conformance.model.verdict import Outcome
from tests.contract.run_probe import (
    SETTING,
    asking,
    call,
    conversed,
    held,
    message,
    response,
    streamed,
)
from tests.contract.sample_errors import came, refusal, universal

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
OPEN, UNSUPPORTED = Outcome.INCONCLUSIVE, Outcome.UNSUPPORTED

WITH_TOOL = asking(tools=[probes.WEATHER])
BARE = {"type": "function", "name": "ping"}


@pytest.mark.parametrize(
    ("arguments", "outcome"),
    [
        ("{}", PASSED),
        (' {"city": "Turin"}\n', PASSED),
        ('{"city": "Turin"', FAILED),
        ('{"city": "Turin"}{"city": "Oslo"}', FAILED),
        ('["Turin"]', FAILED),
        ("null", FAILED),
        ("Turin", FAILED),
        ("", FAILED),
        ({"city": "Turin"}, PASSED),
    ],
)
def test_arguments_hold_one_object(arguments: Json, outcome: Outcome) -> None:
    """What is no text at all is left to the clause about its type."""
    told = came(response(call(arguments=arguments)), request=WITH_TOOL)

    assert universal("tools.arguments-are-one-json-object", told).outcome is outcome


def test_a_function_without_parameters_takes_the_empty_text() -> None:
    """Some engines write nothing where there is nothing to say."""
    request = asking(tools=[BARE])
    told = came(response(call("ping", "")), request=request)

    assert universal("tools.arguments-are-one-json-object", told).outcome is PASSED


CUT = call(arguments='{"ci')


@pytest.mark.parametrize(
    "told",
    [
        response(CUT, status="incomplete"),
        response({**CUT, "status": "incomplete"}),
        response(CUT, written=16),
    ],
    ids=["the answer says so", "the item says so", "the count says so"],
)
def test_arguments_that_the_cap_cut_are_no_finding(told: Json) -> None:
    """Half an object is all that there was room for."""
    cut = came(told, request=asking(tools=[probes.WEATHER], max_output_tokens=16))

    assert universal("tools.arguments-are-one-json-object", cut).outcome is PASSED


def test_an_agent_may_call_tools_of_its_own() -> None:
    """It tells the call, and the result beside it."""
    own = call("search_archive", "{}")
    result = {"type": "function_call_output", "call_id": own["call_id"], "output": "x"}
    told = came(response(own, result, message("Here it is.")))

    assert universal("tools.no-call-without-tools", told).outcome is PASSED
    assert universal("tools.no-call-without-tools", came(response(own))).outcome is (
        FAILED
    )


@pytest.mark.parametrize("member", ["previous_response_id", "prompt", "conversation"])
def test_what_the_server_keeps_may_bring_tools(member: str) -> None:
    """Only requests that stand by themselves are judged."""
    told = came(response(call()), request=asking(**{member: "x"}))

    assert universal("tools.no-call-without-tools", told).outcome is OPEN


def test_a_name_is_looked_for_in_every_form_of_declaration() -> None:
    """A server may take the nested form of chat completions, too."""
    nested = {"type": "function", "function": {"name": "get_weather"}}
    told = came(response(call()), request=asking(tools=[nested]))
    other = came(response(call("get_time")), request=asking(tools=[nested]))

    assert universal("tools.calls-name-a-declared-function", told).outcome is PASSED
    assert universal("tools.calls-name-a-declared-function", other).outcome is FAILED


def test_markup_that_the_client_sent_may_be_repeated() -> None:
    """A model that talks about tool calls has leaked none."""
    text = "<tool_call> starts a call."
    quoted = asking(input_="What is <tool_call>?", tools=[probes.WEATHER])

    for request, outcome in ((WITH_TOOL, FAILED), (quoted, PASSED)):
        told = came(response(message(text)), request=request)
        assert universal("tools.call-markup-is-not-in-text", told).outcome is outcome


@pytest.mark.parametrize(
    ("echoed", "outcome"),
    [
        ([{**probes.WEATHER, "strict": None}], PASSED),
        ([], FAILED),
        ([probes.WEATHER, probes.POPULATION], FAILED),
        (None, OPEN),
    ],
)
def test_the_echo_may_fill_in_a_declaration(echoed: Json, outcome: Outcome) -> None:
    """Names are compared; an echo that is not there is not judged."""
    told = came(response(message("Hi"), tools=echoed), request=WITH_TOOL)

    assert universal("tools.echoed-tools-match-the-request", told).outcome is outcome


def test_ids_of_parallel_calls_differ() -> None:
    """Absent and empty ids are left to the clause about their being there."""
    first, second = call("get_weather"), call("get_population")
    absent = {**second, "call_id": None}
    same = {**second, "call_id": first["call_id"]}

    for other, outcome in ((second, PASSED), (absent, PASSED), (same, FAILED)):
        told = came(response(first, other), request=WITH_TOOL)
        assert (
            universal("tools.call-ids-differ-within-a-response", told).outcome
            is outcome
        )


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, PASSED), (404, PASSED), (401, OPEN), (502, OPEN)]
)
def test_an_undeclared_choice_may_be_refused_in_any_words(
    status: int, outcome: Outcome
) -> None:
    """Statuses that speak of the caller, or of the upstream, say nothing."""
    told = refusal("No.", status)

    assert held("tools.undeclared-choice-is-refused", told) is outcome


def test_a_forced_call_that_was_cut_is_no_finding() -> None:
    """Thinking may use up the cap before the call begins."""
    cut = came(response(status="incomplete"))
    text = came(response(message("Hello!")))

    assert held("tools.required-choice-makes-a-call", (cut, cut)) is OPEN
    assert held("tools.required-choice-makes-a-call", (text, text)) is FAILED


def test_a_refused_choice_is_unsupported() -> None:
    """A server may serve tools, and not let them be forced, or break off the stream."""
    told = refusal("tool_choice 'required' is not supported")
    failed = streamed(response(status="failed"))

    assert held("tools.required-choice-makes-a-call", (told, told)) is UNSUPPORTED
    for other in (told, failed):
        back = held("tools.streamed-call-is-accepted-as-input", (told, other))
        assert back is UNSUPPORTED


def test_a_stream_is_judged_where_json_keeps_the_choice() -> None:
    """A snapshot that lost what was streamed is the business of the events."""
    made, text = came(response(call())), came(response(message("Hello!")))
    announced = {"type": "response.output_item.added", "item": call()}
    spoke, lost = streamed(response(message("Hi"))), streamed(response(), announced)

    assert held("tools.choice-is-honored-in-streams", (made, spoke)) is FAILED
    assert held("tools.choice-is-honored-in-streams", (text, spoke)) is OPEN
    assert held("tools.choice-is-honored-in-streams", (made, lost)) is OPEN


def test_hidden_thoughts_are_something_to_spend_tokens_on() -> None:
    """An empty answer is blank when its tokens are not explained."""
    usage = {"input_tokens": 9, "output_tokens": 40, "total_tokens": 49}
    thought = {**usage, "output_tokens_details": {"reasoning_tokens": 39}}
    called = came(response(call()))

    for told, outcome in ((usage, FAILED), (thought, PASSED)):
        blank = came(response(message(" "), usage=told))
        assert (
            held("tools.forced-call-response-is-not-empty", (blank, called)) is outcome
        )


WORD = SETTING.word("tool-result")


def replied(
    text: str = "Fine.", counts: tuple[int, int, int, int] = (90, 120, 300, 310)
) -> tuple[ProbeResult, ...]:
    """Return a round trip: a call, then answers to a short and two long results."""
    first, *others = counts
    asked = came(response(call("get_population", "{}"), read=first))
    answers = (came(response(message(text), read=read)) for read in others)
    return conversed(probes.tool_round_trip, asked, *answers)


@pytest.mark.parametrize(
    ("text", "counts", "outcome"),
    [
        ("Fine.", (90, 120, 300, 310), PASSED),
        (f"It is {WORD}.", (90, 120, 120, 120), PASSED),
        ("Fine.", (90, 120, 120, 120), FAILED),
        ("Fine.", (36, 36, 36, 36), OPEN),
        ("Fine.", (0, 0, 0, 0), OPEN),
    ],
)
def test_a_result_is_read_by_word_or_by_count(
    text: str, counts: tuple[int, int, int, int], outcome: Outcome
) -> None:
    """A model need not say what it read; a server that never counts tells nothing."""
    assert held("tools.result-reaches-the-model", *replied(text, counts)) is outcome


def test_parts_that_are_dropped_cost_nothing() -> None:
    """The same long text costs less in parts than a line of plain text."""
    kept, lost = replied(), replied(counts=(90, 120, 300, 95))

    assert held("tools.result-in-parts-reaches-the-model", *kept) is PASSED
    assert held("tools.result-in-parts-reaches-the-model", *lost) is FAILED


@pytest.mark.parametrize(
    ("status", "outcome"), [(400, FAILED), (500, FAILED), (503, OPEN), (429, OPEN)]
)
def test_own_items_are_taken_back_unless_the_server_is_busy(
    status: int, outcome: Outcome
) -> None:
    """A 4xx or a plain 500 refuses them; an overload passes."""
    asked = came(response(call("get_population", "{}")))
    down = refusal("No tool output found for this call.", status)
    turns = conversed(probes.tool_round_trip, asked, down, down, down)

    assert held("tools.own-call-is-accepted-as-input", *turns) is outcome
    assert held("tools.non-json-result-is-accepted", *turns) is OPEN
    assert held("tools.result-in-parts-reaches-the-model", *turns) is OPEN


def test_without_a_call_there_is_nothing_to_take_back() -> None:
    """Only the clause that the choice makes a call has something to say."""
    turns = conversed(probes.tool_round_trip, came(response(message("Hello!"))))

    assert held("tools.own-call-is-accepted-as-input", *turns) is OPEN
    assert held("tools.named-choice-makes-a-call", *turns) is FAILED


@pytest.mark.parametrize(
    ("clause", "members"),
    [
        ("tools.none-choice-makes-no-call", {"tool_choice": "none"}),
        ("tools.no-parallel-calls-when-disabled", {"parallel_tool_calls": False}),
    ],
)
@pytest.mark.parametrize("output", [None, [], "text"])
def test_an_answer_without_output_makes_no_call_too_many(
    clause: str, members: Json, output: Json
) -> None:
    """That there is no array of output is a clause of its own."""
    told = {**response(message("Hello.")), "output": output}
    shown = came(told, request=asking(tools=[probes.WEATHER], **members))

    assert universal(clause, shown).outcome is OPEN
