"""The effect of the options that select what a run tests.

Each is set as a flag, as a variable, and in a file. ``python -m tests.mutate_options``
shows that the tests of options fail if an option is removed, renamed, ignored, or has
another default.
"""

import json
from pathlib import Path

import pytest

from conformance.reference.gateway import SECOND_KEY
from tests.cli.conftest import Serve
from tests.cli.option_runs import ONE, SOURCES, run

pytestmark = pytest.mark.usefixtures("empty_directory")
from_each_source = pytest.mark.parametrize("source", SOURCES)


@from_each_source
def test_url_receives_the_requests(serve: Serve, source: str) -> None:
    """Without a URL, the embedded gateway does."""
    gateway = serve()
    result = run(gateway, source, {"url": gateway.url})

    assert result.exit_code == 0, result.output
    assert len(gateway.requests) == 1
    assert result.report["target"]["url"] == f"{gateway.url}/v1/responses"


def test_url_is_the_embedded_gateway_by_default(serve: Serve) -> None:
    """It has its own model and keys."""
    gateway = serve()
    result = run(gateway, url=None, model=None)

    assert result.exit_code == 0, result.output
    assert result.ids("passed") == {ONE}
    assert gateway.requests == []


@from_each_source
def test_model_is_in_every_request(serve: Serve, source: str) -> None:
    """Under ``model``."""
    result = run(serve(), source, {"model": "scripted-mini"})

    assert result.exit_code == 0, result.output
    assert [each.body["model"] for each in result.gateway.requests] == ["scripted-mini"]


def test_model_has_no_default(serve: Serve) -> None:
    """Nothing is sent without one."""
    result = run(serve(), model=None)

    assert result.exit_code == 2
    assert "error: no model given" in result.output
    assert result.gateway.requests == []


@from_each_source
def test_api_key_env_names_the_variable_of_the_key(serve: Serve, source: str) -> None:
    """The key in it is sent."""
    result = run(serve(), source, {"api-key-env": "MINE"})

    assert result.headers("authorization") == {f"Bearer {SECOND_KEY}"}


@pytest.mark.parametrize(
    "name", ["CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY"]
)
def test_api_key_env_has_three_defaults(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The first one that is set."""
    for each in ("CONFORMANCE_API_KEY", "NEWAPI_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(each, "")
    monkeypatch.setenv(name, SECOND_KEY)
    result = run(serve())

    assert result.headers("authorization") == {f"Bearer {SECOND_KEY}"}


@from_each_source
def test_second_key_env_names_the_variable_of_the_second_key(
    serve: Serve, source: str
) -> None:
    """Some requests have the second key."""
    result = run(serve(), source, {"second-key-env": "MINE"}, only="state")

    assert f"Bearer {SECOND_KEY}" in result.headers("authorization")


def test_second_key_env_has_no_default(serve: Serve) -> None:
    """No request has the second key."""
    result = run(serve(), only="state")

    assert result.gateway.requests
    assert f"Bearer {SECOND_KEY}" not in result.headers("authorization")


@from_each_source
def test_profile_is_the_tested_contract(serve: Serve, source: str) -> None:
    """The report names it."""
    result = run(serve(), source, {"profile": "openai"})

    assert result.report["target"]["profile"] == "openai"
    assert "profile openai" in result.output


def test_profile_is_newapi_by_default(serve: Serve) -> None:
    """The report names it."""
    assert run(serve()).report["target"]["profile"] == "newapi"


@from_each_source
def test_header_is_in_every_request(serve: Serve, source: str) -> None:
    """In addition to those of the suite."""
    result = run(serve(), source, {"header": "X-Tenant: 7"})

    assert result.headers("x-tenant") == {"7"}


def test_header_has_no_default(serve: Serve) -> None:
    """No request has a header of the user."""
    (request,) = run(serve()).gateway.requests

    assert set(request.headers) == {
        *("host", "authorization", "content-type", "content-length"),
        *("accept", "accept-encoding", "user-agent", "connection"),
    }


@from_each_source
def test_only_selects_requirements(serve: Serve, source: str) -> None:
    """By id, or by section; several values are separated by commas."""
    result = run(serve(), source, {"only": f"{ONE},status"})

    assert ONE in result.ids("passed")
    assert {id_.partition(".")[0] for id_ in result.ids("passed")} == {
        "usage",
        "status",
    }


def test_only_selects_everything_by_default(serve: Serve) -> None:
    """No requirement is left out; a limit keeps the run short."""
    result = run(serve(), only=None, max_requests="1")

    assert "over the limit of 1 requests (--max-requests)" in result.reasons
    assert "not selected by --only" not in result.reasons


@from_each_source
def test_require_turns_unsupported_into_failed(serve: Serve, source: str) -> None:
    """The exit code says so."""
    result = run(serve(no_tools=True), source, {"require": "tools"}, only="tools")

    assert result.exit_code == 1, result.output
    assert result.ids("failed")


def test_require_requires_nothing_by_default(serve: Serve) -> None:
    """A server may reject tools."""
    result = run(serve(no_tools=True), only="tools")

    assert result.ids("failed") == set()
    assert result.ids("unsupported")


@from_each_source
def test_level_leaves_out_lower_levels(serve: Serve, source: str) -> None:
    """Only MUST requirements are tested."""
    result = run(serve(), source, {"level": "must"}, only="usage")

    tested = result.ids("passed")
    levels = {r["level"] for r in result.report["requirements"] if r["id"] in tested}
    assert levels == {"MUST"}


def test_level_is_may_by_default(serve: Serve) -> None:
    """No requirement is left out; a limit keeps the run short."""
    result = run(serve(), only=None, max_requests="1")

    assert "over the limit of 1 requests (--max-requests)" in result.reasons
    assert not [reason for reason in result.reasons if "below --level" in reason]


@from_each_source
def test_seed_is_recorded(serve: Serve, source: str) -> None:
    """In the journal and in the report."""
    result = run(serve(), source, {"seed": "7"})

    header = json.loads(Path("out/journal.ndjson").read_text("utf-8").splitlines()[0])
    assert header["seed"] == 7
    assert result.report["run"]["seed"] == 7


def test_seed_changes_the_test_words_and_is_0_by_default(serve: Serve) -> None:
    """Equal seeds send equal words."""
    first, again, other = (
        {
            each.content
            for each in run(serve(), "flag", tested, only="state").gateway.requests
        }
        for tested in ({}, {"seed": "0"}, {"seed": "7"})
    )

    assert first & again
    assert first & again != first & other


@from_each_source
def test_generated_is_the_number_of_generated_requests(
    serve: Serve, source: str
) -> None:
    """The report counts them."""
    result = run(serve(), source, {"generated": "3"}, only="schema")

    assert result.report["run"]["generated"] == 3


def test_generated_is_120_by_default(serve: Serve) -> None:
    """A broken gateway keeps the run short."""
    gateway = serve(broken=True)
    result = run(gateway, only="schema", generated=None, shrink="no")

    assert result.report["run"]["generated"] == 120
    assert len(gateway.requests) > 120


@from_each_source
def test_no_shrink_sends_each_generated_request_once(serve: Serve, source: str) -> None:
    """Even if all of them fail."""
    gateway = serve(broken=True)
    run(gateway, source, {"shrink": "no"}, only="schema", generated="40")

    assert len(gateway.requests) == 41


def test_shrink_is_on_by_default(serve: Serve) -> None:
    """Smaller versions of a request that failed are sent."""
    gateway = serve(broken=True)
    run(gateway, only="schema", generated="40")

    assert len(gateway.requests) > 41


@from_each_source
def test_case_selects_one_case(serve: Serve, source: str) -> None:
    """Of all those of a section."""
    result = run(serve(), source, {"case": f"{ONE}[every exchange]"}, only="usage")

    assert result.ids("passed") == {ONE}


def test_case_selects_all_by_default(serve: Serve) -> None:
    """Of a section."""
    assert len(run(serve(), only="usage").ids("passed")) > 10
