"""The published models: what the installed packages say, and what is made of it."""

import json
import sys
from typing import Any

import pytest

from conformance.clients.extras import missing_extra
from conformance.clients.json_shape import shape
from conformance.clients.model_errors import ModelError
from conformance.clients.published_models import published
from conformance.contract.catalogue import catalogue
from conformance.contract.profile.published_models import MODELLED, NULLABLE
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.request import Request
from conformance.model.verdict import Outcome, Verdict
from conformance.reference.profiles import PROFILES as PROMISES

Json = Any

STATUSES = {
    "completed",
    "failed",
    "in_progress",
    "cancelled",
    "queued",
    "incomplete",
}

MESSAGE: Json = {
    "type": "message",
    "id": "msg_1",
    "status": "completed",
    "role": "assistant",
    "content": [
        {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}
    ],
}

RESPONSE: Json = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "completed_at": 1,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": None,
    "metadata": {},
    "model": "m",
    "output": [MESSAGE],
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": None,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "truncation": "disabled",
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "top_logprobs": 0,
    "usage": {
        "input_tokens": 1,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 1,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 2,
    },
    "max_output_tokens": None,
    "max_tool_calls": None,
    "store": True,
    "background": False,
    "service_tier": "default",
    "safety_identifier": None,
    "prompt_cache_key": None,
}


def breaches(profile: str, **members: Json) -> tuple[ModelError, ...]:
    """Hold a sound response with other members against the models."""
    return published(profile).against_response({**RESPONSE, **members})


def judged(slug: str, profile: str, response: Json) -> Verdict:
    """Judge a JSON answer by one clause of the section."""
    body = json.dumps(response).encode()
    headers = (("content-type", "application/json"),)
    request = Request.of({"model": "m", "input": "Hi"})
    exchange = Exchange(request, 200, headers, body, ((0.1, len(body)),))
    tally = UniversalVerdict(Case(catalogue().find(f"profile.{slug}"), None), profile)
    tally.add(exchange)
    return tally.verdict()


def test_openai_requires_fourteen_members_with_those_that_may_be_null() -> None:
    """The SDK's model has eight, and takes the absence of six more for null."""
    model = published("openai").response
    required = set(model["required"])

    assert required == {
        "id",
        "object",
        "created_at",
        "model",
        "output",
        "parallel_tool_calls",
        "tool_choice",
        "tools",
    }
    assert required.isdisjoint(NULLABLE)
    assert len(required.union(NULLABLE)) == 14
    for name in NULLABLE:
        assert {"type": "null"} in model["properties"][name]["anyOf"]


def test_open_responses_requires_thirty_one_members() -> None:
    """A member that may be null has to be there."""
    required = published("openresponses").response["required"]

    assert len(required) == 31
    assert set(NULLABLE) < set(required)
    assert {"usage", "completed_at", "service_tier"} < set(required)


@pytest.mark.parametrize("profile", ["openai", "openresponses"])
def test_an_answer_may_repeat_the_schema_that_was_asked_for(profile: str) -> None:
    """Where a published model has it as null and nothing else, that is a gap of its."""
    asked = {
        "type": "json_schema",
        "name": "city",
        "description": None,
        "strict": True,
        "schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }

    found = breaches(profile, text={"format": asked, "verbosity": "medium"})

    assert not [breach for breach in found if breach.path[0] == "text"]


@pytest.mark.parametrize(
    ("profile", "fits"), [("openai", True), ("openresponses", False)]
)
@pytest.mark.parametrize("member", ["temperature", "top_p"])
def test_null_temperature_fits_openai_alone(
    profile: str, member: str, *, fits: bool
) -> None:
    """Reasoning models have no temperature; Open Responses wants a number anyhow."""
    found = [b for b in breaches(profile, **{member: None}) if not b.missing]

    assert found == ([] if fits else [ModelError((member,), "number")])


def test_statuses() -> None:
    """OpenAI lists six, none of them required; Open Responses takes any text."""
    listed = published("openai").response["properties"]["status"]["anyOf"]
    free = published("openresponses").response["properties"]["status"]

    assert set(listed[0]["enum"]) == STATUSES
    assert free["type"] == "string"
    assert "enum" not in free


def test_a_time_is_a_number_or_an_integer() -> None:
    """OpenAI allows fractions of a second, Open Responses does not."""
    broken = ModelError(("created_at",), "integer")

    assert broken not in breaches("openai", created_at=1.5)
    assert broken in breaches("openresponses", created_at=1.5)
    assert broken not in breaches("openresponses", created_at=2.0)


def test_only_open_responses_ends_a_stream_with_a_sentinel() -> None:
    """No model has a ``[DONE]``: it is no event, and allowed in either profile."""
    assert {name for name, promise in PROMISES.items() if promise.done} == {
        "openresponses"
    }
    for profile in MODELLED:
        assert "[DONE]" not in published(profile).events


@pytest.mark.parametrize("profile", sorted(MODELLED))
def test_the_events_that_clients_live_by_are_modelled(profile: str) -> None:
    """Each model of an event is found by its type."""
    known = published(profile).events

    assert {
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.function_call_arguments.done",
        "response.completed",
        "response.incomplete",
        "error",
    } <= known


@pytest.mark.parametrize("profile", sorted(MODELLED))
@pytest.mark.parametrize(
    "members",
    [
        {},
        {"x_gateway": {"channel": None}},
        {"service_tier": "standard"},
        {"status": "resting"},
        {"output": []},
        {"output": [MESSAGE, {"type": "acme_call", "anything": [1]}]},
        {"model": "acme/model-7"},
        {"instructions": "Be brief."},
        {"metadata": {"a": "b"}},
    ],
    ids=lambda members: "-".join(members) or "plain",
)
def test_what_an_api_may_grow_is_allowed(profile: str, members: Json) -> None:
    """Unknown members, kinds and values break no client that is written with care."""
    assert [b for b in breaches(profile, **members) if not b.missing] == []


@pytest.mark.parametrize("profile", sorted(MODELLED))
@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"tools": None}, "/tools"),
        ({"tools": [None]}, "/tools/0"),
        ({"tool_choice": 5}, "/tool_choice"),
        ({"parallel_tool_calls": "true"}, "/parallel_tool_calls"),
        ({"output": [{**MESSAGE, "id": 5}]}, "/output/0/id"),
        ({"output": [{**MESSAGE, "content": "Hello"}]}, "/output/0/content"),
        ({"usage": 7}, "/usage"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_another_type_is_told_by_its_place(
    profile: str, members: Json, pointer: str
) -> None:
    """A union of many models does not hide what is wrong in the one that was meant."""
    assert pointer in {b.pointer for b in breaches(profile, **members)}


def test_an_event_is_judged_without_the_response_in_it() -> None:
    """One defect of a snapshot is not told again for each event that carries it."""
    models = published("openai")
    event = {"type": "response.completed", "sequence_number": "7", "response": {}}

    found = models.against_event(event)

    assert [b.pointer for b in found] == ["/sequence_number"]
    assert models.against_event({"type": "acme:trace", "sequence_number": "7"}) == ()
    assert models.against_event([]) == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": 1}, {"a": 2}, True),
        ({"a": 1}, {"a": 2.0}, True),
        ({"a": 1}, {"a": 2.5}, False),
        ({"a": 1}, {"a": True}, False),
        ({"a": "x"}, {"a": "y"}, True),
        ({"type": "x"}, {"type": "y"}, False),
        ({"a": None}, {}, False),
        ([1], [1, 1], False),
        ([], {}, False),
        ({"a": []}, {"a": {}}, False),
    ],
)
def test_a_shape_holds_all_that_decides(one: Json, other: Json, *, same: bool) -> None:
    """What was judged for one value is told of another only where it is true."""
    assert (shape(one) == shape(other)) is same


def test_a_value_of_any_depth_is_no_error_of_ours() -> None:
    """Nobody is blamed for what nobody can judge."""
    deep: Json = {}
    for _ in range(5000):
        deep = {"a": deep}

    with pytest.raises(Inconclusive, match="deeply"):
        breaches("openai", metadata=deep)


def test_a_young_member_is_not_asked_for() -> None:
    """The newest model requires what most servers have never heard of."""
    found = breaches("openai")

    assert {b.pointer for b in found} <= {
        "/usage/input_tokens_details/cache_write_tokens"
    }
    assert judged("nested-members-are-there", "openai", RESPONSE).outcome is (
        Outcome.PASSED
    )


def test_what_another_clause_tells_is_not_told_again() -> None:
    """A missing id has a clause of its own; missing tools have not."""
    without_id = {k: v for k, v in RESPONSE.items() if k not in {"id", "tools"}}

    verdict = judged("response-has-the-required-members", "openai", without_id)

    assert [f.pointer for f in verdict.findings] == ["/tools"]


def test_each_missing_member_is_a_finding() -> None:
    """A reader sees at once how much is missing."""
    lean = {k: v for k, v in RESPONSE.items() if k not in {"tools", "store", "text"}}

    verdict = judged("response-has-the-required-members", "openresponses", lean)

    assert {f.pointer for f in verdict.findings} == {"/tools", "/store", "/text"}


@pytest.mark.parametrize(
    ("extra", "module"),
    [("openai", "openai"), ("openresponses", "openresponses_types")],
)
def test_without_the_extra_nothing_is_judged(
    monkeypatch: pytest.MonkeyPatch, extra: str, module: str
) -> None:
    """What to install is told; nothing passes, and nothing breaks."""
    monkeypatch.setitem(sys.modules, module, None)

    verdict = judged("response-fits-the-model", extra, RESPONSE)

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"pip install 'responses-conformance[{extra}]'" in verdict.reason
    assert missing_extra(extra)


def test_a_model_is_demanded_where_the_document_demands_it() -> None:
    """The page requires it; the client need not send it, and it may be null."""
    from openai.types.responses import response_create_params  # noqa: PLC0415 -- dear
    from openresponses_types.types import CreateResponseBody  # noqa: PLC0415 -- dear

    params = response_create_params.ResponseCreateParamsBase
    assert "model" in params.__optional_keys__
    assert CreateResponseBody(model=None).model is None
    for id_ in (
        "requests.model-is-required",
        "schema.missing-required-field-is-refused",
    ):
        told = catalogue().find(id_).requirement
        levels = [told.level_in(name) for name in ("newapi", "openai", "openresponses")]
        assert levels == ["MUST", "SHOULD", "MAY"]


def test_what_we_left_out_of_a_tool_is_not_missed_in_its_echo() -> None:
    """That such a tool was taken is blamed by the section ``schema``.

    What clients may leave out, as other requests do, is filled in by the server.
    """
    bare = {"name": "f", "parameters": None, "strict": None}
    asked = Request.of({"model": "m", "input": "hello", "tools": [bare]})
    told = RESPONSE | {"tools": [bare]}

    sent_in = "generated-incomplete-tools.0.type-1234"
    for probe, found in ((sent_in, 0), ("text", 1)):
        body = json.dumps(told).encode()
        headers = (("content-type", "application/json"),)
        exchange = Exchange(asked, 200, headers, body, probe=probe)
        case = Case(
            catalogue().find("profile.nested-objects-have-the-required-fields"), None
        )
        tally = UniversalVerdict(case, "openai")
        tally.add(exchange)
        assert len(tally.findings) == found
