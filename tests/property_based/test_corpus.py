"""The corpus is the same everywhere, is kept, and is redrawn when it is damaged."""

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
"""Of seed 0. It changes with the document, and with what draws: never by itself."""

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


def test_the_same_seed_draws_the_same_corpus(corpus: tuple[Entry, ...]) -> None:
    """On every machine, whatever modules are loaded, whatever the hash seed."""
    assert digest(corpus) == DIGEST


def test_names_are_unique_and_can_be_read_back(corpus: tuple[Entry, ...]) -> None:
    """A name says what is tried, and where."""
    assert len({entry.probe for entry in corpus}) == len(corpus)
    assert [GeneratedInput.of(entry.probe) for entry in corpus] == [
        e.drawn for e in corpus
    ]


def test_bodies_are_not_repeated(corpus: tuple[Entry, ...]) -> None:
    """Nothing is paid for twice."""
    assert max(Counter(entry.content for entry in corpus).values()) == 1


def test_every_field_is_tried_valid_and_with_a_wrong_type(
    corpus: tuple[Entry, ...],
) -> None:
    """No field of the page escapes."""
    for scenario in (Scenario.VALID, Scenario.WRONG_TYPE):
        tried = {e.drawn.field for e in corpus if e.drawn.scenario is scenario}
        assert tried >= FIELDS


def test_an_entry_is_what_its_name_says(corpus: tuple[Entry, ...]) -> None:
    """Valid ones break nothing; others break the document in the named place."""
    for entry in corpus:
        if not entry.content:
            continue
        wrong = most_severe(json.loads(entry.content))
        told = wrong.scenario if wrong else Scenario.VALID
        assert told is entry.drawn.scenario, entry.drawn.name
        assert wrong is None or wrong.place == entry.drawn.path


def test_drawn_letters_go_beyond_ascii(corpus: tuple[Entry, ...]) -> None:
    """Enumeration alone is ASCII; the fuzz draws are there for this."""
    scenarios = {e.drawn.scenario for e in corpus if not e.content.isascii()}
    assert {Scenario.VALID, Scenario.WRONG_TYPE} <= scenarios


def test_the_model_stands_in_its_place(corpus: tuple[Entry, ...]) -> None:
    """A corpus does not depend on the name of the model that it is sent to."""
    named = [e for e in corpus if PLACEHOLDER in e.content]
    assert len(named) > len(corpus) // 2
    for entry in named:
        assert json.loads(entry.body_for('a "model"'))["model"] == 'a "model"'
        assert PLACEHOLDER.encode() not in entry.body_for("m")


@pytest.mark.parametrize(
    ("body", "scenario", "place"),
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
def test_a_breach_is_told_by_its_kind_and_place(
    body: object, scenario: Scenario, place: str
) -> None:
    """What a good server may take is never among what it has to refuse."""
    wrong = most_severe(body)
    assert wrong is not None
    assert (wrong.scenario, wrong.place) == (scenario, place)


def test_the_gravest_of_several_breaches_counts() -> None:
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


def test_a_kept_corpus_is_read_and_not_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the cache is what a run sends."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    store(cache_file(7), ENTRIES)

    assert load(7) == ENTRIES
    assert [path.suffix for path in cache_file(7).parent.iterdir()] == [".json"]


@pytest.mark.parametrize(
    "damage",
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
def test_a_damaged_cache_is_drawn_anew(
    damage: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the damaged file is replaced."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(
        "conformance.property_based.generate.generate", lambda _seed: ENTRIES
    )
    path = cache_file(7)
    path.parent.mkdir(parents=True)
    path.write_bytes(damage)

    assert load(7) == ENTRIES
    assert json.loads(path.read_bytes())["digest"] == digest(ENTRIES)


def test_another_seed_has_a_cache_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Corpora are named by all that they depend on."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_file(1) != cache_file(2)
    assert cache_file(1) == cache_file(1)
    assert cache_file(1).is_relative_to(tmp_path)


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read-only home is no reason not to run."""
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    monkeypatch.setattr(
        "conformance.property_based.generate.generate", lambda _seed: ENTRIES
    )

    assert load(7) == ENTRIES
