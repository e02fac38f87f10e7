"""The corpus: packaged for seed 0; generated and cached for every other seed."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest
from hypothesis.internal.conjecture import providers
from packaging.requirements import Requirement

from conformance.model.generated_input import BROKEN, GeneratedInput, Scenario
from conformance.property_based import corpus as corpus_module
from conformance.property_based.corpus import (
    PACKAGED,
    cache_file,
    header,
    is_stored,
    load,
    parse,
    serialize,
    store,
)
from conformance.property_based.document import PLACEHOLDER, source
from conformance.property_based.entry import Entry
from conformance.property_based.generate import _without_local_constants, generate
from conformance.property_based.violations import most_severe, violations

CONSTRAINTS = Path(__file__).parents[2] / "constraints.txt"

STALE = f"{PACKAGED.name} is stale: run python -m conformance.property_based.corpus"

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


def pinned(name: str) -> str:
    """Return the version of a package in ``constraints.txt``."""
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    (pin,) = (line.partition("#")[0] for line in lines if line.startswith(f"{name}=="))
    (exact,) = Requirement(pin).specifier
    return exact.version


def test_packaged_corpus_was_made_from_this_document_and_the_pinned_versions() -> None:
    """Its header says so; other versions would generate other requests."""
    packages = ("schemathesis", "hypothesis", "jsonschema")
    made_from = {
        "document_sha256": hashlib.sha256(source()).hexdigest(),
        **{name: pinned(name) for name in packages},
    }
    found = header(PACKAGED.read_text("utf-8"))

    assert found == {"seed": 0, "digest": found["digest"], **made_from}, STALE


@pytest.mark.skipif(
    any(version(name) != pinned(name) for name in ("schemathesis", "hypothesis")),
    reason="needs the versions of schemathesis and hypothesis in constraints.txt",
)
def test_packaged_corpus_is_what_the_generator_makes() -> None:
    """To the byte, whatever modules are imported, whatever the hash seed."""
    assert serialize(0, generate(0)) == PACKAGED.read_text("utf-8"), STALE


def test_generating_needs_no_undocumented_names_of_hypothesis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another version of hypothesis may not have them."""
    monkeypatch.delattr(providers, "_local_constants")
    with _without_local_constants():
        assert not hasattr(providers, "_local_constants")


def test_packaged_corpus_is_ascii_with_unix_line_ends() -> None:
    """It looks the same in every editor, and is the same in every checkout."""
    content = PACKAGED.read_bytes()

    assert content.isascii()
    assert content.endswith(b"}\n")
    assert b"\r" not in content


def test_loading_seed_0_imports_and_generates_nothing() -> None:
    """It works with any version of schemathesis, and is fast."""
    program = (
        "import sys; from conformance.property_based.corpus import load; load(0);"
        "print(*{'schemathesis', 'hypothesis', 'jsonschema'} & set(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 -- the program above
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []
    assert is_stored(0)


def test_another_seed_generates_other_valid_and_invalid_requests(
    cache: Path, corpus: tuple[Entry, ...]
) -> None:
    """With the installed versions; the second run reads them from the cache."""
    assert not is_stored(20)
    generated = load(20)

    assert is_stored(20)
    assert parse(cache_file(20).read_text("utf-8")) == generated
    assert cache_file(20).is_relative_to(cache)
    assert generated != corpus
    assert {e.generated.scenario for e in generated} == set(Scenario)
    assert len({entry.probe for entry in generated}) == len(generated) > 200
    assert_names_match_bodies(generated)


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


def assert_names_match_bodies(entries: tuple[Entry, ...]) -> None:
    """A valid entry has no violation; others violate the document at their path."""
    for entry in entries:
        if not entry.content:
            continue
        violation = most_severe(json.loads(entry.content))
        scenario = violation.scenario if violation else Scenario.VALID
        assert scenario is entry.generated.scenario, entry.generated.name
        assert violation is None or violation.dotted_path == entry.generated.path


def test_name_matches_the_violation_in_the_body(corpus: tuple[Entry, ...]) -> None:
    """Sections of a report group the cases by name."""
    assert_names_match_bodies(corpus)


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
    Entry(GeneratedInput(Scenario.VALID, "input", "00000000"), '{"model":"é \u2028"}'),
    Entry(GeneratedInput(Scenario.MISSING, "body", "11111111"), ""),
)

LINES = serialize(7, ENTRIES).split("\n")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use an empty cache directory and a generator that returns ``ENTRIES``."""
    path = tmp_path / "cache"
    monkeypatch.setattr(corpus_module, "cache_home", lambda: path)
    monkeypatch.setattr(
        "conformance.property_based.generate.generate", lambda _seed: ENTRIES
    )
    return path


def test_stored_corpus_is_loaded_and_not_generated(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No temporary file is left behind in the cache."""
    monkeypatch.delattr("conformance.property_based.generate.generate")
    store(cache_file(7), 7, ENTRIES)

    assert load(7) == ENTRIES
    assert [path.suffix for path in home.iterdir()] == [".jsonl"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]\n",
        "null\n",
        '{"digest": ""}\n',
        "\n".join([LINES[0], ""]),
        "\n".join([LINES[0], LINES[1], ""]),
        "\n".join([LINES[0], '{"name": "no-such-scenario-input-0"}', ""]),
        "\n".join([LINES[0], "{}", ""]),
        "\n".join([LINES[0], "1", ""]),
    ],
)
def test_corrupt_cache_is_generated_again(content: str, home: Path) -> None:
    """The corrupt file is replaced."""
    path = cache_file(7)
    home.mkdir()
    path.write_text(content, "utf-8")

    assert load(7) == ENTRIES
    assert path.read_text("utf-8") == serialize(7, ENTRIES)


def test_each_seed_has_its_own_cache_file(home: Path) -> None:
    """The name of the file depends on all inputs of the corpus."""
    assert cache_file(1) != cache_file(2)
    assert cache_file(1) == cache_file(1)
    assert cache_file(1).is_relative_to(home)


def test_cache_that_cannot_be_written_is_ignored(home: Path) -> None:
    """A run works with a read-only home directory."""
    home.write_bytes(b"")

    assert load(7) == ENTRIES
