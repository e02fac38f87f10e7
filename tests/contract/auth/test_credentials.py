"""Keys: what counts as let in, and which odd doors are nobody's fault."""

import hashlib

import pytest

from conformance.contract.auth import probes
from conformance.model.exchange import REDACTED, Exchange, Inconclusive
from conformance.model.probe import ProbeContext
from conformance.model.request import KEY, PATH, Request
from conformance.model.verdict import Outcome
from tests.contract.sample_errors import (
    ANSWER,
    ASKED,
    came,
    on_probe,
    refusal,
    universal,
)

WRONG = "sk-QWERTZ4711ASDFGH8150YXCVBN2342"
WITH_WRONG = Request(ASKED.content, headers={"authorization": f"Bearer {WRONG}"})
REPEATED = "auth.key-is-not-leaked"
STAYS = "auth.valid-key-is-always-accepted"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_any_refusal_keeps_the_door_shut(status: int) -> None:
    """Which status it is has a clause of its own."""
    told = refusal("No.", status)

    assert on_probe("auth.missing-key-is-refused", told) is Outcome.PASSED


def test_an_error_inside_a_200_is_no_refusal() -> None:
    """A client would take it for an answer."""
    told = refusal("No.", 200)

    assert on_probe("auth.wrong-key-is-refused", told) is Outcome.FAILED


@pytest.mark.parametrize("status", [302, 500, 503])
def test_a_broken_door_is_not_an_open_one(status: int) -> None:
    """What is neither a refusal nor a success says nothing of the key."""
    told = refusal("Oops.", status)

    assert on_probe("auth.wrong-key-is-refused", told) is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("status", "told_apart", "is_401"),
    [
        (401, Outcome.PASSED, Outcome.PASSED),
        (403, Outcome.PASSED, Outcome.FAILED),
        (400, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (302, Outcome.FAILED, Outcome.INCONCLUSIVE),
        (500, Outcome.INCONCLUSIVE, Outcome.INCONCLUSIVE),
    ],
)
def test_each_status_of_a_refusal_is_blamed_once(
    status: int, told_apart: Outcome, is_401: Outcome
) -> None:
    """By 403 a client still knows that it is about access, by 400 it does not."""
    told = refusal("No.", status)

    assert on_probe("auth.failure-returns-401-or-403", told) is told_apart
    assert on_probe("auth.failure-returns-401", told) is is_401


def _at(path: str, exchange: Exchange) -> Exchange:
    request = Request(ASKED.content, path=path, headers={"authorization": None})
    return came(exchange.body, exchange.status, request=request)


@pytest.mark.parametrize(
    "alias",
    [
        came(b"404 page not found", 404),
        came(b"<html>the web page of the gateway</html>", 200),
        came(b"", 307),
        came(b"", 0),
    ],
    ids=["unknown", "web page", "redirect", "silence"],
)
def test_an_alias_need_not_be_there(alias: Exchange) -> None:
    """A gateway may serve its web page at every other path."""
    home = _at(PATH, refusal("No.", 401))
    told = (home, _at("/responses", alias), _at(f"{PATH}/", refusal("No.", 404)))

    assert on_probe("auth.path-alias-requires-the-key", told) is Outcome.PASSED


def test_an_alias_that_answers_is_a_way_in() -> None:
    """Only a response object counts."""
    told = (_at(PATH, refusal("No.", 401)), _at("/responses", came(ANSWER)))

    assert on_probe("auth.path-alias-requires-the-key", told) is Outcome.FAILED


def test_an_open_server_is_not_blamed_for_its_aliases_as_well() -> None:
    """One defect, one clause."""
    told = (_at(PATH, came(ANSWER)), _at("/responses", came(ANSWER)))

    assert on_probe("auth.path-alias-requires-the-key", told) is Outcome.INCONCLUSIVE


def test_a_challenge_may_have_company() -> None:
    """Several challenges, in any case, in one header or many."""
    headers = (("www-authenticate", 'Basic realm="x", bearer error="invalid_token"'),)
    told = refusal("No.", 401, headers=headers)

    verdict = universal("auth.challenge-names-the-scheme", told)

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize(
    "shown", ["Incorrect API key: sk-QW****42.", f"sk-...{WRONG[-4:]}", WRONG[:12]]
)
def test_a_masked_key_is_not_repeated(shown: str) -> None:
    """The beginning, or four characters of the end, give nothing away."""
    verdict = universal(REPEATED, refusal(shown, 401, request=WITH_WRONG))

    assert verdict.outcome is Outcome.PASSED


@pytest.mark.parametrize("shown", [WRONG, WRONG[-5:], WRONG[:-5]])
def test_a_key_beyond_its_last_four_characters_is_repeated(shown: str) -> None:
    """Five characters of the end are one too many."""
    verdict = universal(REPEATED, refusal(shown, 401, request=WITH_WRONG))

    assert verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("name", "outcome"),
    [
        ("the key", Outcome.FAILED),
        ("the second key", Outcome.FAILED),
        ("the key without its end", Outcome.FAILED),
        ("the key with its case swapped", Outcome.FAILED),
        ("most of the key", Outcome.FAILED),
        ("the end of the second key", Outcome.FAILED),
        ("the key, or the same letters by chance,", Outcome.PASSED),
        ("the value of header x-tenant", Outcome.PASSED),
        ("the SHA-256 of the key", Outcome.PASSED),
    ],
)
def test_a_mark_of_a_key_is_a_finding_unless_it_may_be_chance(
    name: str, outcome: Outcome
) -> None:
    """A key called "test" stands in many an innocent sentence."""
    verdict = universal(REPEATED, refusal(f"Got {REDACTED.format(name)}.", 401))

    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    "shown",
    [
        hashlib.sha256(WRONG.encode()).hexdigest().upper(),
        REDACTED.format("the SHA-256 of the key"),
    ],
)
def test_a_hash_is_told_in_any_case(shown: str) -> None:
    """Of the key that was sent, and of the real one."""
    told = refusal(f"Key hash: {shown}", 401, request=WITH_WRONG)

    assert universal("auth.key-hash-is-not-leaked", told).outcome is Outcome.FAILED


def test_what_the_client_put_into_its_body_may_come_back() -> None:
    """A key in the prompt is the client's own doing."""
    keyed = Request(ASKED.content, has_key_placeholder=True)
    told = came({**ANSWER, "metadata": REDACTED.format("the key")}, request=keyed)

    assert universal(REPEATED, told).outcome is Outcome.INCONCLUSIVE


def _shown(status: int, model: str = "m") -> Exchange:
    body = ANSWER if status == 200 else {"error": {"message": "No."}}
    return came(body, status, request=Request.of({"model": model}))


def test_a_good_key_stays_good_over_many_requests() -> None:
    """Refusals of the question itself count as having got past the door."""
    told = [_shown(200), *(_shown(400) for _ in range(9))]

    assert universal(STAYS, *told).outcome is Outcome.PASSED


def test_few_requests_prove_little() -> None:
    """A run of one clause is no failure, and no proof."""
    assert universal(STAYS, _shown(200)).outcome is Outcome.INCONCLUSIVE


def test_one_401_among_answers_is_a_finding() -> None:
    """However few they are."""
    assert universal(STAYS, _shown(200), _shown(401)).outcome is Outcome.FAILED


def test_a_key_may_be_barred_from_a_model() -> None:
    """Some servers say so with a 401, each time that the model is named."""
    told = [*(_shown(200) for _ in range(10)), _shown(401, "x"), _shown(401, "x")]

    assert universal(STAYS, *told).outcome is Outcome.PASSED


def test_a_key_that_never_worked_is_the_users_mistake() -> None:
    """Even where some requests are refused before the key is looked at."""
    told = [_shown(401), *(_shown(400) for _ in range(20))]

    assert universal(STAYS, *told).outcome is Outcome.INCONCLUSIVE


def test_a_wrong_key_looks_like_a_key_and_repeats_itself() -> None:
    """Equal in equal runs, so that a journal can be judged again."""
    key = probes.wrong_key(ProbeContext("m", seed=1))

    assert key.startswith("sk-")
    assert len(key) > 30
    assert key == probes.wrong_key(ProbeContext("m", seed=1))
    assert key != probes.wrong_key(ProbeContext("m", seed=2))


def test_the_real_key_is_never_sent_in_clear_places_but_two() -> None:
    """The two probes that must show it say so, and the target alone fills it in."""
    setting = ProbeContext("m")
    for probe in (probes.key_in_query, probes.key_in_body):
        request = next(probe.steps(setting))
        assert isinstance(request, Request)
        assert request.has_key_placeholder
        assert KEY in request.path or KEY.encode() in request.content
        assert "authorization" not in request.all_headers


def test_a_key_without_letters_has_no_other_case() -> None:
    """The probe gives up before it would send the good key itself."""
    steps = probes.case_swapped_key.steps(ProbeContext("m", key_has_letters=False))

    with pytest.raises(Inconclusive):
        next(steps)
