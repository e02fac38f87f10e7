"""Parsing the URL of a target, inserting keys, and redacting them."""

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
def test_url_may_end_with_the_host_v1_or_the_path(text: str, base: str) -> None:
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
def test_invalid_url_is_rejected(text: str) -> None:
    """The message does not contain a password."""
    with pytest.raises(ConfigurationError) as caught:
        read_url(text)

    assert "secret" not in str(caught.value)


def test_key_placeholders_are_replaced() -> None:
    """By the complete, the truncated, the case-swapped and the second key."""
    target = Target("http://h", "sk-Abc", "sk-Two")

    def header(value: str) -> str:
        request = Request(headers={"Authorization": value})
        return target.insert_keys(request)[1]["authorization"]

    assert header(BEARER) == "Bearer sk-Abc"
    assert header(f"Bearer {KEY_TRUNCATED}") == "Bearer sk-Ab"
    assert header(f"Bearer {KEY_CASE_SWAPPED}") == "Bearer SK-aBC"
    assert header("Bearer ${SECOND_KEY}") == "Bearer sk-Two"


def test_headers_of_a_request_override_headers_of_the_user() -> None:
    """``None`` removes a default header."""
    target = Target("http://h", LONG, headers=(("x-tenant", "7"), ("accept", "a/b")))
    _, headers, _ = target.insert_keys(Request(headers={"authorization": None}))

    assert headers == {
        "x-tenant": "7",
        "accept": "a/b",
        "content-type": "application/json",
    }


@pytest.mark.parametrize(
    ("leak", "marker"),
    [
        (LONG, "[conformance: the key was here]"),
        (LONG.swapcase(), "[conformance: the key with its case swapped was here]"),
        (LONG[:-4] + "?", "[conformance: most of the key was here]?"),
        ("…" + LONG[-12:], "…[conformance: the end of the key was here]"),
    ],
)
def test_key_or_most_of_it_is_redacted(leak: str, marker: str) -> None:
    """A check can find the marker."""
    redacted = Target("http://h", LONG).redact_text(f"bad key {leak}!")

    assert redacted == f"bad key {marker}!"


def test_first_and_last_characters_of_a_key_are_not_redacted() -> None:
    """Gateways show them so that users recognize the key."""
    text = f"{LONG[:7]}…{LONG[-4:]}"

    assert Target("http://h", LONG).redact_text(text) == text


@pytest.mark.parametrize("key", ["x", "none", "test", "EMPTY", "null", "auto", "12345"])
def test_plain_word_as_key_is_not_redacted(key: str) -> None:
    """Keyless servers get any word as key, and may use the same word themselves."""
    body = (
        b'{"output_index": 12345, "x": "none test EMPTY", "error": null, "a": "auto"}'
    )

    assert Target("http://h", key).redact(body) == body


def test_short_key_that_is_not_a_word_is_redacted() -> None:
    """The marker says that it may be a coincidence."""
    redacted = Target("http://h", "a1b2c3d4e5").redact(b"your key a1b2c3d4e5")

    assert b"a1b2c3d4e5" not in redacted
    assert b"by chance" in redacted


def test_repr_of_a_target_contains_no_secret() -> None:
    """Neither keys nor headers can appear in a traceback."""
    target = Target("http://h", LONG, LONG[::-1], (("x-secret", "hush"),))

    assert LONG not in repr(target)
    assert LONG[::-1] not in repr(target)
    assert "hush" not in repr(target)
