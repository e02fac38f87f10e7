"""The official client as a judge: what it reads, and whom it blames."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.clients import openai_client
from conformance.contract.catalogue import catalogue
from conformance.contract.sdk import responses
from conformance.judge.plan import plan
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import Exchange, FailureKind, TransportFailure
from conformance.model.generated_input import PREFIX
from conformance.model.profile import NEWAPI
from conformance.model.request import Request
from conformance.model.scope import Observation
from conformance.model.settings import Settings
from conformance.model.verdict import Outcome, Verdict
from tests.contract.profile.test_published_models import MESSAGE, RESPONSE

Json = Any

CALL: Json = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "get_weather",
    "arguments": '{"city": "Turin"}',
    "status": "completed",
}
CHAT_USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
REFUSAL: Json = {"error": {"message": "No.", "type": "t", "code": None, "param": None}}


def answer(response: Json, status: int = 200, **headers: str) -> Exchange:
    """Return a JSON answer to a plain request."""
    body = json.dumps(response).encode()
    told = {"content-type": "application/json", **headers}
    pairs = tuple((name.replace("_", "-"), value) for name, value in told.items())
    request = Request.of({"model": "m", "input": "Hi"})
    return Exchange(request, status, pairs, body, ((0.1, len(body)),))


def stream(*events: Json, size: int = 7) -> Exchange:
    """Return a stream that arrived in small pieces."""
    numbered = ({**event, "sequence_number": i} for i, event in enumerate(events))
    frames = (f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in numbered)
    body = "".join(frames).encode()
    ends = [*range(size, len(body), size), len(body)]
    request = Request.of({"model": "m", "input": "Hi", "stream": True})
    headers = (("content-type", "text/event-stream"),)
    return Exchange(request, 200, headers, body, tuple((0.1, end) for end in ends))


def told(
    item: Json = MESSAGE, last: str = "completed", **announced: Json
) -> list[Json]:
    """Return the events of a short stream with one item."""
    at = {"output_index": 0, "item_id": item["id"]}
    begun = {**RESPONSE, "status": "in_progress", "output": [], "usage": None}
    blank: Json = {"content": []} if item is MESSAGE else {"arguments": ""}
    opened = {**item, "status": "in_progress", **blank, **announced}
    part = {**at, "content_index": 0}
    empty = {**MESSAGE["content"][0], "text": ""}
    text: list[Json] = [
        {"type": "response.content_part.added", **part, "part": empty},
        {
            "type": "response.output_text.delta",
            **part,
            "delta": "Hello",
            "logprobs": [],
        },
        {"type": "response.output_text.done", **part, "text": "Hello", "logprobs": []},
        {"type": "response.content_part.done", **part, "part": MESSAGE["content"][0]},
    ]
    arguments: list[Json] = [
        {
            "type": "response.function_call_arguments.delta",
            **at,
            "delta": item.get("arguments"),
        },
        {
            "type": "response.function_call_arguments.done",
            **at,
            "arguments": item.get("arguments"),
        },
    ]
    final = {**RESPONSE, "status": last, "output": [item], "usage": CHAT_USAGE}
    return [
        {"type": "response.created", "response": begun},
        {"type": "response.output_item.added", "output_index": 0, "item": opened},
        *(text if item is MESSAGE else arguments),
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": f"response.{last}", "response": final},
    ]


def judged(slug: str, *exchanges: Exchange) -> Verdict:
    """Judge some exchanges by one clause of the section."""
    tally = UniversalVerdict(Case(catalogue().find(f"sdk.{slug}"), None), "newapi")
    for exchange in exchanges:
        tally.add(exchange)
    return tally.verdict()


def test_text_and_calls_are_read() -> None:
    """The program gets what the wire has; the usage of the chat API is no trouble."""
    whole = {**RESPONSE, "output": [MESSAGE, CALL], "usage": CHAT_USAGE}

    reading = openai_client.read_response(answer(whole))

    assert reading.text == "Hello"
    assert reading.calls == (
        openai_client.Call("call_1", "get_weather", '{"city": "Turin"}'),
    )
    assert judged("reads-a-response", answer(whole)).outcome is Outcome.PASSED


@pytest.mark.parametrize("item", [MESSAGE, CALL], ids=["message", "call"])
@pytest.mark.parametrize("last", ["completed", "incomplete"])
def test_a_stream_is_read_piece_by_piece(item: Json, last: str) -> None:
    """Every event is handed over, and the accumulator ends in what was sent."""
    sent = stream(*told(item, last))

    assert openai_client.read_events(sent).events == tuple(e.type for e in sent.events)
    assert openai_client.read_final_response(sent).trouble == ""
    assert judged("reads-a-stream", sent).outcome is Outcome.PASSED
    assert judged("accumulates-a-stream", sent).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("item", "announced"), [(MESSAGE, {"content": None}), (CALL, {"arguments": None})]
)
def test_null_where_something_grows_breaks_the_accumulator(
    item: Json, announced: Json
) -> None:
    """Iterating is no trouble; adding to nothing is."""
    sent = stream(*told(item, **announced))

    assert judged("reads-a-stream", sent).outcome is Outcome.PASSED
    verdict = judged("accumulates-a-stream", sent)
    assert verdict.outcome is Outcome.FAILED
    assert "None" in verdict.findings[0].got


def test_a_warning_of_the_models_is_no_trouble() -> None:
    """A role that no list has is warned of; here, warnings are errors."""
    odd = {**MESSAGE, "role": "model"}
    response = {**RESPONSE, "output": [odd]}
    *events, last = told()
    sent = stream(*events, {**last, "response": response})

    assert openai_client.read_response(answer(response)).text == "Hello"
    assert openai_client.read_final_response(sent).text == "Hello"


def test_an_error_member_stops_the_client() -> None:
    """Two clauses do not blame one defect: the accumulator never gets that far."""
    sent = stream(*({**event, "error": {"code": 0}} for event in told()))

    assert judged("reads-a-stream", sent).outcome is Outcome.FAILED
    assert judged("accumulates-a-stream", sent).outcome is Outcome.PASSED


def test_what_another_clause_blames_is_left_to_it() -> None:
    """A stream without its first event breaks the client, and has its own clause."""
    sent = stream(*told()[1:])

    verdict = judged("accumulates-a-stream", sent)

    assert openai_client.read_final_response(sent).trouble
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert "tells it better" in verdict.reason


@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (422, "UnprocessableEntityError"),
        (413, "APIStatusError"),
    ],
)
def test_a_refusal_is_the_error_of_its_status(status: int, name: str) -> None:
    """The message is found, and the request is sent once."""
    assert openai_client.raised(answer(REFUSAL, status)) == openai_client.ClientError(
        name, "No.", 1
    )


@pytest.mark.parametrize(
    "framed",
    [
        lambda body: b"retry: 3000\n\n" + body,
        lambda body: body.replace(b"event:", b"id: 1\nevent:").replace(
            b"\n\n", b"\n\n: alive\n\n"
        ),
    ],
    ids=["a lone retry", "a comment behind an id"],
)
def test_legal_framing_that_the_client_misreads_breaks_no_must(
    framed: Callable[[bytes], bytes],
) -> None:
    """The standard knows no event without data; the client raises over it."""
    plain = stream(*told())
    sent = replace(plain, body=framed(plain.body), chunks=())

    assert sent.events[0].type == "response.created"
    assert openai_client.read_events(sent).trouble.startswith("JSONDecodeError")
    assert judged("reads-a-stream", sent).outcome is Outcome.PASSED
    assert judged("accumulates-a-stream", sent).outcome is Outcome.PASSED
    assert judged("reads-the-framing", sent).outcome is Outcome.FAILED
    assert judged("reads-the-framing", plain).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("status", "headers"), [(409, {}), (408, {}), (400, {"x_should_retry": "true"})]
)
def test_a_request_that_is_sent_again_is_told(status: int, headers: Json) -> None:
    """The client's own rules decide."""
    refusal = answer(REFUSAL, status, **headers)

    assert judged("does-not-ask-again", refusal).outcome is Outcome.FAILED


def test_a_message_that_is_not_found_is_told() -> None:
    """Our own reading forgives a mark that the client's does not."""
    plain = answer(REFUSAL, 400)
    marked = replace(plain, body=b"\xef\xbb\xbf" + plain.body)

    slug = "finds-the-message-of-an-error"
    assert judged(slug, plain).outcome is Outcome.PASSED
    assert judged(slug, marked).outcome is Outcome.FAILED


def test_a_page_of_a_proxy_need_not_have_a_message() -> None:
    """A body that is too large is refused by whoever stands in front."""
    page = replace(answer({}, 413), body=b"<html>too large</html>")

    slug = "finds-the-message-of-an-error"
    assert judged(slug, page).outcome is Outcome.INCONCLUSIVE
    assert judged(slug, page, answer(REFUSAL, 400)).outcome is Outcome.PASSED


def test_what_no_program_sees_is_not_judged() -> None:
    """Cut, generated and rate limited answers say nothing of the client."""
    plain = answer(RESPONSE)
    cut = replace(plain, failure=TransportFailure(FailureKind.TRUNCATED))
    drawn = replace(plain, probe=f"{PREFIX}x")

    assert judged("reads-a-response", cut, drawn).outcome is Outcome.INCONCLUSIVE
    limited = answer(REFUSAL, 429)
    assert judged("does-not-ask-again", limited).outcome is Outcome.INCONCLUSIVE


def test_a_stream_that_tells_of_an_error_is_not_judged() -> None:
    """The client has to raise there."""
    error = {"type": "error", "code": "c", "message": "m", "param": None}
    *events, last = told()

    verdict = judged("reads-a-stream", stream(*events, error, last))

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_one_answer_of_each_form_is_read() -> None:
    """The shortest, for the client is slow."""
    short, long = answer(RESPONSE), answer({**RESPONSE, "user": "x" * 99})
    notes = [Observation(exchange, "x-1") for exchange in (long, short, long)]

    assert responses.chosen(notes, lambda exchange: exchange.status) == [short]


def test_without_the_extra_nothing_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install is told, and no verdict of the run depends on it."""
    monkeypatch.setitem(sys.modules, "openai", None)
    settings = Settings("http://target.invalid", "m", "k", profile=NEWAPI)

    whole = plan(catalogue(), settings)

    left = [v for v in whole.skipped if v.requirement.section == "sdk"]
    assert len(left) == 6
    assert {v.outcome for v in left} == {Outcome.NOT_RUN}
    assert all("responses-conformance[openai]" in v.reason for v in left)
    assert not any(c.check.requirement.section == "sdk" for c in whole.cases)


def test_nothing_dear_is_imported_to_read_the_catalogue() -> None:
    """Help and lists are quick, whatever is installed."""
    code = (
        "import sys; from conformance.contract.catalogue import catalogue; "
        "catalogue(); "
        "print([m for m in ('openai', 'openresponses_types', 'pydantic', 'httpx2') "
        "if m in sys.modules])"
    )
    told = subprocess.run(  # noqa: S603 -- our own interpreter, and our own words
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "[]"
