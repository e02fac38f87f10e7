"""Failed requirements are compared with the expected failures of a target."""

import json
from pathlib import Path

import pytest

from tests.real.expected_failures import differences, expected_file


def test_without_a_file_a_draft_is_returned(tmp_path: Path) -> None:
    """The draft has the failed requirements; a person adds the reasons."""
    (message,) = differences(tmp_path / "absent.json", ["usage.a"])

    assert '"usage.a": ""' in message


def write_file(directory: Path, always: object, at_times: object) -> Path:
    """Write a file of expected failures and return its path."""
    file = directory / "fake.json"
    file.write_text(json.dumps({"always": always, "at_times": at_times}))
    return file


def test_each_difference_is_reported(tmp_path: Path) -> None:
    """A new failure, an unexpected pass and a missing reason."""
    always = {"usage.a": "it is 0", "usage.b": "", "usage.c": "it is missing"}
    file = write_file(tmp_path, always, {})

    assert differences(file, ["usage.a", "usage.b", "usage.d"]) == [
        "fake.json: usage.b is listed without a reason",
        "fake.json: usage.c is listed in 'always' but passes",
        "fake.json: usage.d fails but is not listed",
    ]


@pytest.mark.parametrize("failed", [[], ["usage.a"]])
def test_a_requirement_in_at_times_may_pass(tmp_path: Path, failed: list[str]) -> None:
    """For example, if the model stops before its response is truncated."""
    file = write_file(tmp_path, {}, {"usage.a": "it is 0 for long responses"})

    assert differences(file, failed) == []


def test_a_conforming_server_has_no_differences(tmp_path: Path) -> None:
    """Its file lists no failures."""
    assert differences(write_file(tmp_path, {}, {}), []) == []


def test_a_second_upstream_has_a_separate_file() -> None:
    """Defects of an upstream also show in its gateways."""
    assert expected_file("portkey", "llama").name == "portkey.json"
    assert expected_file("portkey", "aimock").name == "portkey.over-aimock.json"
