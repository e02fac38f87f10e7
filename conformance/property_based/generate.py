"""Generate requests from the OpenAPI document with schemathesis.

The coverage phase of schemathesis enumerates requests with one violation each. The
fuzzing phase, with a fixed seed, adds requests that enumeration does not reach, such as
those with non-ASCII characters. The same seed gives the same requests on every machine
with the same versions of schemathesis and hypothesis. Other versions may generate other
requests.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from conformance.model.generated_input import WHOLE_BODY, GeneratedInput, Scenario
from conformance.model.node import Json
from conformance.property_based.document import (
    PATH,
    PLACEHOLDER,
    with_placeholder_model,
)
from conformance.property_based.entry import Entry, to_json
from conformance.property_based.violations import most_severe

EXAMPLES_PER_MODE: Final = 60
"""Number of fuzzed requests for each mode, before duplicates are removed.

The modes are valid and invalid requests.
"""

MAX_BODY_LENGTH: Final = 65536
"""Maximum length of a body in characters; longer ones are dropped."""

NO_BODY: Final = object()
"""The value that is used instead of a body for a request without a body."""

_LOCAL_CONSTANTS: Final = (
    "_get_local_constants",
    "_local_constants",
    "CONSTANTS_CACHE",
)
"""Undocumented names in a module of hypothesis; another version may lack them."""


def _schema() -> Any:  # noqa: ANN401 -- schemathesis' types are not visible outside
    import schemathesis  # noqa: PLC0415 -- slow

    config = schemathesis.Config.from_dict(
        {
            "generation": {"with-security-parameters": False, "database": "none"},
            "phases": {"coverage": {"unexpected-methods": []}},
            "cache": {"enabled": False},
        }
    )
    return schemathesis.openapi.from_dict(with_placeholder_model(), config=config)


def _enumerated() -> Iterator[Json]:
    """Yield the bodies of the coverage phase. Each call creates a new schema."""
    from schemathesis import GenerationMode  # noqa: PLC0415 -- as above
    from schemathesis.generation.meta import CONTENT_TYPE_PROBES  # noqa: PLC0415

    schema = _schema()
    operation = schema[PATH]["POST"]
    config = schema.config.generation_for(operation=operation, phase="coverage")
    for case in schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    ):
        if case.meta.phase.data.scenario not in CONTENT_TYPE_PROBES:
            yield _body(case)


def _fuzzed(seed: int) -> list[Json]:
    """Return the bodies of the fuzzing phase, valid and invalid ones."""
    import hypothesis  # noqa: PLC0415 -- slow
    from schemathesis import GenerationMode  # noqa: PLC0415 -- as above

    operation = _schema()[PATH]["POST"]
    bodies = list[Json]()
    for mode in GenerationMode:

        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=EXAMPLES_PER_MODE,
            database=None,
            deadline=None,
            derandomize=False,
            phases=(hypothesis.Phase.generate,),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        def generate_examples(case: Any) -> None:  # noqa: ANN401 -- as above
            bodies.append(_body(case))

        generate_examples()
    return bodies


def _body(case: Any) -> Json:  # noqa: ANN401 -- as above
    from schemathesis.core import NOT_SET  # noqa: PLC0415 -- as above

    return NO_BODY if case.body is NOT_SET else case.body


@contextmanager
def _without_local_constants() -> Iterator[None]:
    """Stop hypothesis from using constants that it finds in imported modules.

    Hypothesis reads every module outside site-packages, so a checkout would generate
    other requests than an installed wheel. This does nothing if the installed version
    of hypothesis lacks one of ``_LOCAL_CONSTANTS``.
    """
    from hypothesis.internal.conjecture import providers  # noqa: PLC0415 -- slow

    if not all(hasattr(providers, name) for name in _LOCAL_CONSTANTS):
        yield
        return
    original = providers._get_local_constants  # noqa: SLF001 -- no option disables it
    original_cache = providers.CONSTANTS_CACHE
    no_constants = type(providers._local_constants)()  # noqa: SLF001 -- as above
    providers._get_local_constants = lambda: no_constants  # noqa: SLF001 -- as above
    # The cache may already contain such constants.
    providers.CONSTANTS_CACHE = type(original_cache)(1024)
    try:
        yield
    finally:
        providers._get_local_constants = original  # noqa: SLF001 -- as above
        providers.CONSTANTS_CACHE = original_cache


def _tested_field(body: Json) -> str:
    """Return the single field that a valid request tests, or ``WHOLE_BODY``."""
    optional = sorted(body.keys() - {"model", "input"})
    if not optional:
        return "input" if "input" in body else "model"
    return optional[0] if len(optional) == 1 else WHOLE_BODY


def _entry(body: Json) -> Entry | None:
    """Return the entry for a generated body, or ``None`` for a body to drop.

    A body is dropped if it cannot be sent as JSON, names another model than
    ``PLACEHOLDER``, or is too long.
    """
    if body is NO_BODY:
        return Entry(GeneratedInput(Scenario.MISSING, WHOLE_BODY, _digest("")), "")
    try:
        content = to_json(body)
        content.encode()
    except (TypeError, ValueError):
        return None
    model = body.get("model") if isinstance(body, dict) else None
    unknown_model = isinstance(model, str) and model != PLACEHOLDER
    if unknown_model or len(content) > MAX_BODY_LENGTH:
        return None
    violation = most_severe(body)
    scenario, path = (
        (violation.scenario, violation.dotted_path)
        if violation
        else (Scenario.VALID, _tested_field(body))
    )
    return Entry(GeneratedInput(scenario, path, _digest(content)), content)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def generate(seed: int) -> tuple[Entry, ...]:
    """Generate the corpus of a seed, enumerated requests first; takes some seconds."""
    with _without_local_constants():
        bodies = [*_enumerated(), *_fuzzed(seed)]
    entries: dict[str, Entry] = {}
    for body in bodies:
        if entry := _entry(body):
            entries.setdefault(entry.content, entry)
    return tuple(entries.values())
