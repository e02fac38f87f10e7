"""Published models: what the installed packages require, and what the checks report."""

import json
import sys
from typing import Any

import pytest

from conformance.clients.extras import missing_extra
from conformance.clients.json_shape import shape
from conformance.clients.model_errors import ModelError
from conformance.clients.published_models import published
from conformance.contract.catalogue import catalogue
from conformance.contract.profile.published_models import (
    NULLABLE,
    PROFILES_WITH_MODELS,
)
from conformance.judge.universal_checks import UniversalVerdict
from conformance.model.case import Case
from conformance.model.exchange import Exchange, Inconclusive
from conformance.model.request import Request
from conformance.model.verdict import Outcome, Verdict
from conformance.reference.profiles import PROFILES as REFERENCE_PROFILES
from tests.contract.profile.sample_response import MESSAGE, RESPONSE

Json = Any

STATUSES = {
    "completed",
    "failed",
    "in_progress",
    "cancelled",
    "queued",
    "incomplete",
}


def model_errors(profile: str, **fields: Json) -> tuple[ModelError, ...]:
    """Validate a conforming response, with some fields replaced."""
    return published(profile).against_response({**RESPONSE, **fields})


def verdict_of(slug: str, profile: str, *exchanges: Exchange) -> Verdict:
    """Evaluate the requirement ``profile.<slug>`` on some exchanges."""
    check = catalogue().find(f"profile.{slug}")
    verdict = UniversalVerdict(Case(check, None), profile)
    for exchange in exchanges:
        verdict.add(exchange)
    return verdict.verdict()


def exchange_with(
    response: Json, request: Request | None = None, probe: str = ""
) -> Exchange:
    """Return an exchange with a JSON response."""
    body = json.dumps(response).encode()
    headers = (("content-type", "application/json"),)
    request = request or Request.of({"model": "m", "input": "Hi"})
    return Exchange(request, 200, headers, body, ((0.1, len(body)),), probe=probe)


def test_openai_requires_fourteen_fields_including_nullable_ones() -> None:
    """The SDK's model requires eight, and reads six missing fields as null."""
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


def test_open_responses_requires_thirty_one_fields() -> None:
    """Nullable fields are required as well."""
    required = published("openresponses").response["required"]

    assert len(required) == 31
    assert set(NULLABLE) < set(required)
    assert {"usage", "completed_at", "service_tier"} < set(required)


@pytest.mark.parametrize("profile", ["openai", "openresponses"])
def test_response_may_repeat_the_requested_json_schema(profile: str) -> None:
    """A published model that allows only null for the schema is incomplete."""
    format_ = {
        "type": "json_schema",
        "name": "city",
        "description": None,
        "strict": True,
        "schema": {"type": "object", "properties": {"city": {"type": "string"}}},
    }

    errors = model_errors(profile, text={"format": format_, "verbosity": "medium"})

    assert not [error for error in errors if error.path[0] == "text"]


@pytest.mark.parametrize(
    ("profile", "conforms"), [("openai", True), ("openresponses", False)]
)
@pytest.mark.parametrize("field", ["temperature", "top_p"])
def test_null_sampling_parameter_conforms_only_to_openai(
    profile: str, field: str, *, conforms: bool
) -> None:
    """Reasoning models have no temperature, but Open Responses requires a number."""
    errors = [e for e in model_errors(profile, **{field: None}) if not e.missing]

    assert errors == ([] if conforms else [ModelError((field,), "number")])


def test_openai_lists_statuses_and_open_responses_does_not() -> None:
    """OpenAI lists six, all optional; Open Responses allows any string."""
    openai = published("openai").response["properties"]["status"]["anyOf"]
    open_responses = published("openresponses").response["properties"]["status"]

    assert set(openai[0]["enum"]) == STATUSES
    assert open_responses["type"] == "string"
    assert "enum" not in open_responses


def test_fractional_created_at_conforms_only_to_openai() -> None:
    """Open Responses requires an integer, which may be written as 2.0."""
    not_an_integer = ModelError(("created_at",), "integer")

    assert not_an_integer not in model_errors("openai", created_at=1.5)
    assert not_an_integer in model_errors("openresponses", created_at=1.5)
    assert not_an_integer not in model_errors("openresponses", created_at=2.0)


def test_only_open_responses_ends_a_stream_with_a_done_marker() -> None:
    """``[DONE]`` is not an event, so no model defines it."""
    assert {name for name, profile in REFERENCE_PROFILES.items() if profile.done} == {
        "openresponses"
    }
    for profile in PROFILES_WITH_MODELS:
        assert "[DONE]" not in published(profile).events


@pytest.mark.parametrize("profile", sorted(PROFILES_WITH_MODELS))
def test_common_events_have_a_model(profile: str) -> None:
    """The model of an event is found by its type."""
    assert {
        "response.created",
        "response.output_item.added",
        "response.output_text.delta",
        "response.function_call_arguments.done",
        "response.completed",
        "response.incomplete",
        "error",
    } <= published(profile).events


@pytest.mark.parametrize("profile", sorted(PROFILES_WITH_MODELS))
@pytest.mark.parametrize(
    "fields",
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
    ids=lambda fields: "-".join(fields) or "plain",
)
def test_unknown_fields_types_and_values_are_allowed(
    profile: str, fields: Json
) -> None:
    """A well-written client ignores what it does not know."""
    assert [e for e in model_errors(profile, **fields) if not e.missing] == []


@pytest.mark.parametrize("profile", sorted(PROFILES_WITH_MODELS))
@pytest.mark.parametrize(
    ("fields", "pointer"),
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
def test_wrong_type_is_reported_by_its_pointer(
    profile: str, fields: Json, pointer: str
) -> None:
    """Also inside a union of many models."""
    assert pointer in {error.pointer for error in model_errors(profile, **fields)}


def test_event_is_validated_without_its_response() -> None:
    """A defect of the response is not reported again for each event."""
    models = published("openai")
    event = {"type": "response.completed", "sequence_number": "7", "response": {}}

    errors = models.against_event(event)

    assert [error.pointer for error in errors] == ["/sequence_number"]
    assert models.against_event({"type": "acme:trace", "sequence_number": "7"}) == ()
    assert models.against_event([]) == ()


@pytest.mark.parametrize(
    ("first", "second", "equal"),
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
def test_values_of_equal_shape_have_equal_errors(
    first: Json, second: Json, *, equal: bool
) -> None:
    """Errors are cached by shape, which keeps everything that validation depends on."""
    assert (shape(first) == shape(second)) is equal


def test_deeply_nested_value_is_inconclusive() -> None:
    """It causes no internal error."""
    deep: Json = {}
    for _ in range(5000):
        deep = {"a": deep}

    with pytest.raises(Inconclusive, match="deeply"):
        model_errors("openai", metadata=deep)


def test_recent_field_is_not_required() -> None:
    """The newest model requires a field that most servers do not know."""
    errors = model_errors("openai")
    verdict = verdict_of(
        "nested-objects-have-the-required-fields", "openai", exchange_with(RESPONSE)
    )

    assert {error.pointer for error in errors} <= {
        "/usage/input_tokens_details/cache_write_tokens"
    }
    assert verdict.outcome is Outcome.PASSED


def test_finding_of_another_section_is_not_reported_again() -> None:
    """Another requirement reports the missing id, but none the missing tools."""
    incomplete = {k: v for k, v in RESPONSE.items() if k not in {"id", "tools"}}

    verdict = verdict_of(
        "response-has-the-required-fields", "openai", exchange_with(incomplete)
    )

    assert [f.pointer for f in verdict.findings] == ["/tools"]
    assert verdict.findings[0].got == "missing"


def test_each_missing_field_is_a_finding() -> None:
    """All of them are reported at once."""
    names = {"tools", "store", "text"}
    incomplete = {k: v for k, v in RESPONSE.items() if k not in names}

    verdict = verdict_of(
        "response-has-the-required-fields", "openresponses", exchange_with(incomplete)
    )

    assert {f.pointer for f in verdict.findings} == {"/tools", "/store", "/text"}


@pytest.mark.parametrize(
    ("extra", "module"),
    [("openai", "openai"), ("openresponses", "openresponses_types")],
)
def test_checks_are_inconclusive_without_the_package(
    monkeypatch: pytest.MonkeyPatch, extra: str, module: str
) -> None:
    """The reason says what to install."""
    monkeypatch.setitem(sys.modules, module, None)

    verdict = verdict_of(
        "response-field-types-are-correct", extra, exchange_with(RESPONSE)
    )

    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert f"pip install 'responses-conformance[{extra}]'" in verdict.reason
    assert missing_extra(extra)


def test_level_of_model_requirements_depends_on_the_profile() -> None:
    """New API's page requires it, OpenAI's client does not, and it may be null."""
    from openai.types.responses import response_create_params  # noqa: PLC0415 -- slow
    from openresponses_types.types import CreateResponseBody  # noqa: PLC0415 -- slow

    params = response_create_params.ResponseCreateParamsBase
    assert "model" in params.__optional_keys__
    assert CreateResponseBody(model=None).model is None
    for id_ in (
        "requests.model-is-required",
        "schema.missing-required-field-is-refused",
    ):
        requirement = catalogue().find(id_).requirement
        profiles = ("newapi", "openai", "openresponses")
        levels = [requirement.level_in(profile) for profile in profiles]
        assert levels == ["MUST", "SHOULD", "MAY"]


@pytest.mark.parametrize(
    ("probe", "count"),
    [("generated-incomplete-tools.0.type-1234", 0), ("text", 1)],
)
def test_field_missing_in_the_request_is_not_required_in_its_echo(
    probe: str, count: int
) -> None:
    """The section ``schema`` reports that the incomplete tool was accepted.

    If a valid request omits an optional field, the server has to fill it in.
    """
    tool = {"name": "f", "parameters": None, "strict": None}
    request = Request.of({"model": "m", "input": "hello", "tools": [tool]})
    exchange = exchange_with(RESPONSE | {"tools": [tool]}, request, probe)

    verdict = verdict_of("nested-objects-have-the-required-fields", "openai", exchange)

    assert len(verdict.findings) == count
