"""The section ``requests``: how fates are read, and who is not to be blamed."""

import json
from collections.abc import Callable, Iterator

import pytest

from conformance.contract.catalogue import catalogue
from conformance.contract.requests import probes as served_probes
from conformance.contract.requests import rejected_probes as refused_probes
from conformance.contract.requests.outcome import named, refused, served, was_served
from conformance.contract.requests.probes import RequestCase
from conformance.judge.universal_checks import evaluate
from conformance.model.case import Case
from conformance.model.exchange import (
    Exchange,
    FailureKind,
    Inconclusive,
    TransportFailure,
)
from conformance.model.node import Finding, Json
from conformance.model.probe import Probe, ProbeContext, ProbeResult
from conformance.model.request import Request
from conformance.model.verdict import Outcome, Verdict

SETTING = ProbeContext("gpt-4o")
ANSWER = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
ENVELOPE = {"error": {"message": "Invalid 'top_p'.", "type": "invalid_request_error"}}


def told(
    status: int = 200, body: Json = None, request: Request | None = None
) -> Exchange:
    """Return an exchange that ended with ``body`` as JSON; bytes stand as they are."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = (("content-type", "application/json"),)
    return Exchange(request or SETTING.request(), status, headers, content)


SERVED = told(200, ANSWER)
REFUSED = told(400, ENVELOPE)
UNCLEAR = [
    told(500, ENVELOPE),
    told(200, b""),
    told(200, {}),
    told(200, {"error": {"message": "No."}}),
    told(200, {**ANSWER, "status": "failed"}),
    told(400, b" "),
    told(401, ENVELOPE),
    told(403, ENVELOPE),
    told(429, ENVELOPE),
    told(302, b""),
    Exchange(SETTING.request(), failure=TransportFailure(FailureKind.TIMEOUT)),
    Exchange(SETTING.request(), failure=TransportFailure(FailureKind.TRUNCATED)),
]
ROWS = (
    RequestCase("first", names=("top_p",)),
    RequestCase("second", names=("truncation",)),
)


def verdict_of(id_: str, *turns: ProbeResult) -> Verdict:
    """Judge one clause, by its slug, on turns made by hand."""
    check = catalogue().find(f"requests.{id_}")
    return evaluate(Case(check, check.probes[0]), turns, "newapi")


class TestFates:
    """Served, refused, or neither."""

    def test_an_answer_is_served(self) -> None:
        """A completed response object is an answer."""
        assert was_served(SERVED)

    @pytest.mark.parametrize("status", [400, 404, 405, 413, 415, 422])
    def test_a_refusal_with_a_word_is_refused(self, status: int) -> None:
        """Any 4xx about the request is a refusal, whatever its form."""
        assert not was_served(told(status, b"No."))

    @pytest.mark.parametrize("exchange", UNCLEAR, ids=lambda x: x.summary[:40])
    def test_what_is_neither_tells_nothing(self, exchange: Exchange) -> None:
        """Breakdowns, empty successes and refusals of the caller leave it open."""
        with pytest.raises(Inconclusive):
            was_served(exchange)

    def test_a_doubt_does_not_hide_a_finding(self) -> None:
        """An unclear row does not swallow what another row shows."""
        doubt_first = list(refused(ROWS, [UNCLEAR[0], SERVED]))
        doubt_last = list(served(ROWS, [REFUSED, UNCLEAR[0]]))
        assert [f.expected for f in doubt_first] == ["a refusal (second)"]
        assert [f.expected for f in doubt_last] == ["an answer (first)"]

    @pytest.mark.parametrize(
        ("judged", "good"), [(refused, REFUSED), (served, SERVED), (named, SERVED)]
    )
    def test_a_doubt_is_no_pass(
        self, judged: Callable[..., Iterator[Finding]], good: Exchange
    ) -> None:
        """A table with an unclear row and no finding does not pass."""
        with pytest.raises(Inconclusive, match="second"):
            list(judged(ROWS, [good, UNCLEAR[0]]))

    def test_a_refusal_has_to_name_its_own_member(self) -> None:
        """A refusal that names another member is found."""
        (found,) = named(ROWS, [REFUSED, REFUSED])
        assert "truncation" in found.expected


class TestTables:
    """What the probes send."""

    @pytest.mark.parametrize("row", refused_probes.MALFORMED, ids=lambda r: r.label)
    def test_malformed_bodies_are_no_json_in_any_reading(
        self, row: RequestCase
    ) -> None:
        """Not even the start of a malformed body is a JSON value."""
        content = row.request(SETTING).content.decode()
        with pytest.raises(json.JSONDecodeError):
            json.JSONDecoder().raw_decode(content)

    @pytest.mark.parametrize("row", refused_probes.LENIENT, ids=lambda r: r.label)
    def test_lenient_bodies_are_no_json(self, row: RequestCase) -> None:
        """What a lenient reader takes is no JSON by the standard."""
        assert row.request(SETTING).json is None

    @pytest.mark.parametrize("row", refused_probes.ODD_BODIES, ids=lambda r: r.label)
    def test_odd_bodies_are_requests_all_the_same(self, row: RequestCase) -> None:
        """An odd body is JSON, and asks the plain question."""
        content = row.request(SETTING).content
        shallow = content.replace(b"[" * 10_000 + b"]" * 10_000, b"[]")
        body = json.loads(shallow)
        assert body["model"] == "gpt-4o"
        assert "hello" in body["input"]

    def test_rows_are_what_their_labels_say(self) -> None:
        """RequestCases of one probe can be told apart, and set what they name."""
        for table in refused_probes.NAMED.values():
            labels = [row.label for row in table]
            assert len(set(labels)) == len(labels)
            assert all(row.names for row in table)
        rows = {row.label: row for row in refused_probes.TYPES}
        sent = rows["reasoning.effort is 3"].request(SETTING).json
        assert sent["reasoning"] == {"effort": 3}

    def test_text_in_many_scripts_goes_out_as_it_is(self) -> None:
        """The text is sent in UTF-8 and not as escapes."""
        sent = served_probes.UNICODE.request(SETTING)
        assert "مرحبا".encode() in sent.content
        assert sent.json["input"] == served_probes.SCRIPTS

    def test_costs_are_declared(self) -> None:
        """The section costs no more than it may."""
        probes = {
            probe
            for check in catalogue().checks
            if check.requirement.section == "requests" and not check.scope
            for probe in check.probes
        }
        assert sum(probe.model_responses for probe in probes) <= 20
        assert sum(probe.rejections for probe in probes) <= 72


class TestTogether:
    """All in one request first, then each by itself."""

    TOGETHER = (
        served_probes.message_forms,
        served_probes.optional_fields,
        served_probes.null_fields,
        served_probes.null_tools,
    )

    @pytest.mark.parametrize("probe", TOGETHER, ids=lambda p: p.name)
    @pytest.mark.parametrize("good", [SERVED, UNCLEAR[1], told(429, ENVELOPE)])
    def test_one_request_is_enough(self, probe: Probe, good: Exchange) -> None:
        """What was served, or told nothing, is not sent row by row."""
        steps = probe.steps(SETTING)
        next(steps)
        with pytest.raises(StopIteration):
            steps.send(good)

    @pytest.mark.parametrize("probe", TOGETHER, ids=lambda p: p.name)
    @pytest.mark.parametrize("bad", [REFUSED, told(500, ENVELOPE)])
    def test_then_each_goes_alone(self, probe: Probe, bad: Exchange) -> None:
        """What was refused, or broke, is sent again row by row."""
        steps = probe.steps(SETTING)
        whole = next(steps)
        several = steps.send(bad)
        assert isinstance(whole, Request)
        assert isinstance(several, tuple)
        assert len(several) > 1

    def test_one_request_holds_every_null(self) -> None:
        """All nulls go out in one request."""
        whole = next(served_probes.null_fields.steps(SETTING))
        assert isinstance(whole, Request)
        assert [v for v in whole.json.values() if v is None] == [None] * 8

    def test_the_member_at_fault_is_told(self) -> None:
        """A finding names the one null that was refused."""
        singles = [SERVED] * 8
        singles[2] = REFUSED
        verdict = verdict_of("null-means-absent", REFUSED, tuple(singles))
        assert verdict.outcome is Outcome.FAILED
        assert [f.expected for f in verdict.findings] == [
            "an answer (temperature is null)"
        ]

    def test_a_form_without_the_plain_one_is_not_blamed(self) -> None:
        """A form that builds on refused messages is left open."""
        turns = (REFUSED, (REFUSED,) * len(served_probes.FORMS))
        assert verdict_of("messages-accepted", *turns).outcome is Outcome.FAILED
        later = verdict_of("developer-messages-accepted", *turns)
        assert later.outcome is Outcome.INCONCLUSIVE

    def test_a_model_without_sampling_is_not_blamed(self) -> None:
        """A model that supports no temperature leaves the clause open."""
        reason = {"error": {"message": "Unsupported parameter: 'temperature'."}}
        unsupported = told(400, reason)
        rows = served_probes.OPTIONS
        apart = tuple(
            unsupported if row.names == ("temperature",) else SERVED for row in rows
        )
        turns = (unsupported, apart)
        verdict = verdict_of("whole-numbers-accepted", *turns)
        assert verdict.outcome is Outcome.INCONCLUSIVE


class TestChatCap:
    """``max_tokens``, the chat name of the cap."""

    @pytest.mark.parametrize(
        ("status", "text", "outcome"),
        [
            ("incomplete", "1 2 3 4", Outcome.PASSED),
            ("completed", "1 2 3 4", Outcome.INCONCLUSIVE),
            ("completed", "1 2 3 4 " * 20, Outcome.FAILED),
            ("incomplete", "1 2 3 4 " * 20, Outcome.FAILED),
        ],
    )
    def test_the_length_of_the_answer_decides(
        self, status: str, text: str, outcome: Outcome
    ) -> None:
        """A long count is a finding, and a short one shows no cap."""
        part = {"type": "output_text", "text": text}
        message = {"type": "message", "content": [part]}
        exchange = told(200, {**ANSWER, "status": status, "output": [message]})
        assert verdict_of("chat-cap-not-dropped", exchange).outcome is outcome

    def test_a_refusal_is_as_good(self) -> None:
        """A refused max_tokens is not dropped."""
        assert verdict_of("chat-cap-not-dropped", REFUSED).outcome is Outcome.PASSED

    def test_an_answer_without_output_shows_nothing(self) -> None:
        """A missing output is for other clauses to blame."""
        bare = told(200, {"id": "resp_1", "status": "completed"})
        verdict = verdict_of("chat-cap-not-dropped", bare)
        assert verdict.outcome is Outcome.INCONCLUSIVE


def test_a_cap_of_nothing_may_be_kept() -> None:
    """A cap of 0 that cuts the answer to nothing was not passed over."""
    cut = told(200, {**ANSWER, "status": "incomplete"})
    verdict = verdict_of("impossible-caps-refused", (cut, REFUSED, REFUSED))
    assert verdict.outcome is Outcome.PASSED
    verdict = verdict_of("impossible-caps-refused", (SERVED, REFUSED, REFUSED))
    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_an_unknown_model_may_be_refused_in_many_ways(status: int) -> None:
    """No single status is asked for."""
    verdict = verdict_of("unknown-model-refused", (told(status, ENVELOPE),))
    assert verdict.outcome is Outcome.PASSED
