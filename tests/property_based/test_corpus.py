"""The corpus: reproducible, cached, and generated again if the cache is corrupt."""

import json
from collections import Counter
from pathlib import Path

import pytest

from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.property_based.corpus import cache_file, load, store
from conformance.property_based.document import PLACEHOLDER
from conformance.property_based.entry import Entry, digest
from conformance.property_based.violations import most_severe, violations

DIGEST = "dd8d73c4b223e3dbd650dbc666aef05ab47c16b06abaa55d2670e89e08518a63"
"""Digest for seed 0. It changes only with the document and the generator."""

FIELDS = {
    "model",
    "input",
    "instructions",
    "max_output_tokens",
    "temperature",
    "top_p",
    "stream",
    "tools",
    "tool_choice",
    "reasoning",
    "previous_response_id",
    "truncation",
}


def test_same_seed_generates_the_same_corpus(corpus: tuple[Entry, ...]) -> None:
    """On every machine, whatever modules are imported, whatever the hash seed."""
    assert digest(corpus) == DIGEST


def test_names_are_unique_and_can_be_parsed(corpus: tuple[Entry, ...]) -> None:
    """A name contains the scenario and the path."""
    assert len({entry.probe for entry in corpus}) == len(corpus)
    assert [GeneratedInput.of(entry.probe) for entry in corpus] == [
        e.generated for e in corpus
    ]


def test_bodies_are_unique(corpus: tuple[Entry, ...]) -> None:
    """Each request may cost tokens."""
    assert max(Counter(entry.content for entry in corpus).values()) == 1


def test_every_field_is_tested_with_valid_values_and_with_a_wrong_type(
    corpus: tuple[Entry, ...],
) -> None:
    """All fields of New API's page."""
    for scenario in (Scenario.VALID, Scenario.WRONG_TYPE):
        tested = {e.generated.field for e in corpus if e.generated.scenario is scenario}
        assert tested >= FIELDS


def test_name_matches_the_violation_in_the_body(corpus: tuple[Entry, ...]) -> None:
    """A valid entry has no violation; others violate the document at their path."""
    for entry in corpus:
        if not entry.content:
            continue
        violation = most_severe(json.loads(entry.content))
        scenario = violation.scenario if violation else Scenario.VALID
        assert scenario is entry.generated.scenario, entry.generated.name
        assert violation is None or violation.dotted_path == entry.generated.path


def test_some_entries_are_not_ascii(corpus: tuple[Entry, ...]) -> None:
    """They come from the fuzzing phase: enumeration is ASCII only."""
    scenarios = {e.generated.scenario for e in corpus if not e.content.isascii()}
    assert {Scenario.VALID, Scenario.WRONG_TYPE} <= scenarios


def test_placeholder_is_replaced_by_the_model(corpus: tuple[Entry, ...]) -> None:
    """The corpus does not depend on the model's name."""
    with_model = [e for e in corpus if PLACEHOLDER in e.content]
    assert len(with_model) > len(corpus) // 2
    for entry in with_model:
        assert json.loads(entry.body_for('a "model"'))["model"] == 'a "model"'
        assert PLACEHOLDER.encode() not in entry.body_for("m")


@pytest.mark.parametrize(
    ("body", "scenario", "path"),
    [
        ({}, Scenario.MISSING, "model"),
        ([], Scenario.WRONG_TYPE, "body"),
        ({"model": None}, Scenario.WRONG_TYPE, "model"),
        ({"model": "m", "input": 5}, Scenario.WRONG_TYPE, "input"),
        ({"model": "m", "input": []}, Scenario.UNSPECIFIED, "input"),
        ({"model": "m", "input": [7]}, Scenario.WRONG_TYPE, "input.0"),
        ({"model": "m", "top_p": None}, Scenario.NULL, "top_p"),
        ({"model": "m", "truncation": "x"}, Scenario.OUT_OF_ENUM, "truncation"),
        (
            {"model": "m", "input": [{"role": "assistant", "content": 1}]},
            Scenario.WRONG_TYPE,
            "input.0.content",
        ),
        (
            {"model": "m", "input": [{"role": "user", "content": None}]},
            Scenario.UNSPECIFIED,
            "input.0.content",
        ),
        (
            {"model": "m", "input": [{"role": "user"}]},
            Scenario.INCOMPLETE,
            "input.0.content",
        ),
        (
            {"model": "m", "tools": [{"type": "function", "name": "f"}]},
            Scenario.UNSPECIFIED,
            "tools.0.parameters",
        ),
        ({"model": "m", "tool_choice": 3}, Scenario.WRONG_TYPE, "tool_choice"),
        ({"model": "m", "tool_choice": {}}, Scenario.INCOMPLETE, "tool_choice.type"),
    ],
)
def test_scenario_and_path_of_a_violation(
    body: object, scenario: Scenario, path: str
) -> None:
    """What a conforming server may accept has no scenario that must be rejected."""
    violation = most_severe(body)
    assert violation is not None
    assert (violation.scenario, violation.dotted_path) == (scenario, path)


def test_most_severe_of_several_violations_counts() -> None:
    """A missing model is a MUST, whatever else is wrong."""
    body: dict[str, object] = {"top_p": None, "truncation": "x", "tools": {}}
    assert {v.scenario for v in violations(body)} > {Scenario.NULL}
    assert most_severe(body) is not None
    assert most_severe(body) == min(
        violations(body), key=lambda v: [*BROKEN, *Scenario].index(v.scenario)
    )


ENTRIES = (
    Entry(GeneratedInput(Scenario.VALID, "input", "00000000"), '{"model":"m"}'),
    Entry(GeneratedInput(Scenario.MISSING, "body", "11111111"), ""),
)


def test_stored_corpus_is_loaded_and_not_generated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No temporary file is left behind in the cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store(cache_file(7), ENTRIES)

    assert load(7) == ENTRIES
    assert [path.suffix for path in cache_file(7).parent.iterdir()] == [".json"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"entries": [], "digest": ""}',
        b'{"entries": [["valid", "input", "0", "{}"]], "digest": "0"}',
        b'{"entries": [["no such scenario", "input", "0", "{}"]], "digest": "0"}',
        b'{"entries": [1], "digest": "0"}',
    ],
)
def test_corrupt_cache_is_generated_again(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The corrupt file is replaced."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(
        "conformance.property_based.generate.generate", lambda _seed: ENTRIES
    )
    path = cache_file(7)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)

    assert load(7) == ENTRIES
    assert json.loads(path.read_bytes())["digest"] == digest(ENTRIES)


def test_each_seed_has_its_own_cache_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name of the file depends on all inputs of the corpus."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file(1) != cache_file(2)
    assert cache_file(1) == cache_file(1)
    assert cache_file(1).is_relative_to(tmp_path)


def test_cache_that_cannot_be_written_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run works with a read-only home directory."""
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(
        "conformance.property_based.generate.generate", lambda _seed: ENTRIES
    )

    assert load(7) == ENTRIES
