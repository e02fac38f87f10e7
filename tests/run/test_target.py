"""URLs are read as people write them, and keys stay out of sight."""

import pytest

from conformance.errors import ConfigurationError
from conformance.model.request import BEARER, KEY_CASE_SWAPPED, KEY_TRUNCATED, Request
from conformance.run.target import Target, read_url

LONG = "sk-0123456789abcdefghijklmnopqrstuv"


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("https://gw.example", "https://gw.example"),
        ("https://gw.example/", "https://gw.example"),
        ("https://gw.example/v1", "https://gw.example"),
        ("https://gw.example/v1/responses", "https://gw.example"),
        ("https://gw.example/v1/responses/", "https://gw.example"),
        ("http://[::1]:3000/v1", "http://[::1]:3000"),
        ("https://gw.example/team/a/v1", "https://gw.example/team/a"),
    ],
)
def test_a_url_may_end_at_the_host_at_v1_or_at_the_path(text: str, base: str) -> None:
    """All three name the same endpoint."""
    assert read_url(text) == base


@pytest.mark.parametrize(
    "text",
    [
        "gw.example",
        "ftp://gw.example",
        "https://",
        "https://user:secret@gw.example",
        "https://gw.example/v1?key=1",
        "https://gw.example:port",
        "https://[::1",
    ],
)
def test_what_is_no_such_url_is_refused(text: str) -> None:
    """The message never repeats a password."""
    with pytest.raises(ConfigurationError) as caught:
        read_url(text)

    assert "secret" not in str(caught.value)


def test_the_places_for_keys_are_filled_when_sending() -> None:
    """Cut, swapped and whole, in the header where the request has it."""
    target = Target("http://h", "sk-Abc", "sk-Two")

    def header(value: str) -> str:
        request = Request(headers={"Authorization": value})
        return target.fill(request)[1]["authorization"]

    assert header(BEARER) == "Bearer sk-Abc"
    assert header(f"Bearer {KEY_TRUNCATED}") == "Bearer sk-Ab"
    assert header(f"Bearer {KEY_CASE_SWAPPED}") == "Bearer SK-aBC"
    assert header("Bearer ${SECOND_KEY}") == "Bearer sk-Two"


def test_headers_of_the_user_give_way_to_those_of_a_request() -> None:
    """A probe that sends no key sends none."""
    target = Target("http://h", LONG, headers=(("x-tenant", "7"), ("accept", "a/b")))
    _, headers, _ = target.fill(Request(headers={"authorization": None}))

    assert headers == {
        "x-tenant": "7",
        "accept": "a/b",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    ("leak", "mark"),
    [
        (LONG, "[conformance: the key was here]"),
        (LONG.swapcase(), "[conformance: the key with its case swapped was here]"),
        (LONG[:-4] + "?", "[conformance: most of the key was here]?"),
        ("…" + LONG[-12:], "…[conformance: the end of the key was here]"),
    ],
)
def test_a_key_or_most_of_it_is_masked(leak: str, mark: str) -> None:
    """What stays is the mark, which a check can see."""
    masked = Target("http://h", LONG).mask_text(f"bad key {leak}!")

    assert masked == f"bad key {mark}!"


def test_a_few_letters_of_a_key_are_no_leak() -> None:
    """Gateways show the first and last few, so that people know which key it was."""
    text = f"{LONG[:7]}…{LONG[-4:]}"

    assert Target("http://h", LONG).mask_text(text) == text


@pytest.mark.parametrize("key", ["x", "none", "test", "EMPTY", "null", "auto", "12345"])
def test_what_is_no_secret_is_left_in_answers(key: str) -> None:
    """Servers without keys are shown any word, which may be a word of theirs, too."""
    answer = (
        b'{"output_index": 12345, "x": "none test EMPTY", "error": null, "a": "auto"}'
    )

    assert Target("http://h", key).mask(answer) == answer


def test_a_short_key_that_is_no_word_is_masked() -> None:
    """It may stand there by chance, and is hidden all the same."""
    masked = Target("http://h", "a1b2c3d4e5").mask(b"your key a1b2c3d4e5")

    assert b"a1b2c3d4e5" not in masked
    assert b"by chance" in masked


def test_a_target_never_shows_its_keys() -> None:
    """Neither as text nor in a traceback."""
    target = Target("http://h", LONG, LONG[::-1], (("x-secret", "hush"),))

    assert LONG not in repr(target)
    assert LONG[::-1] not in repr(target)
    assert "hush" not in repr(target)
