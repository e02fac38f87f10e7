"""Drawing requests from the contract's document: all that schemathesis can think of.

The coverage phase enumerates, and isolates each violation; the seeded fuzz draws
reach what no enumeration does, such as letters beyond ASCII. Equal seeds give equal
requests on every machine, for the versions of schemathesis and hypothesis are exact.
"""

import hashlib
import json
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
from conformance.property_based.entry import Entry
from conformance.property_based.violations import most_severe

EXAMPLES_PER_MODE: Final = 60
"""Fuzz draws of each mode, before those that repeat are dropped."""

LONGEST: Final = 65536
"""Characters of a body that is kept."""

ABSENT: Final = object()
"""Stands for a request without a body."""


def _loaded() -> Any:  # noqa: ANN401 -- schemathesis' types are not to be seen from outside
    import schemathesis  # noqa: PLC0415 -- dear

    config = schemathesis.Config.from_dict(
        {
            "generation": {"with-security-parameters": False, "database": "none"},
            "phases": {"coverage": {"unexpected-methods": []}},
            "cache": {"enabled": False},
        }
    )
    return schemathesis.openapi.from_dict(with_placeholder_model(), config=config)


def _enumerated() -> Iterator[Json]:
    """Yield the bodies of the coverage phase; a schema can be enumerated only once."""
    from schemathesis import GenerationMode  # noqa: PLC0415 -- as above
    from schemathesis.generation.meta import CONTENT_TYPE_PROBES  # noqa: PLC0415

    schema = _loaded()
    operation = schema[PATH]["POST"]
    config = schema.config.generation_for(operation=operation, phase="coverage")
    for case in schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=config
    ):
        if case.meta.phase.data.scenario not in CONTENT_TYPE_PROBES:
            yield _body(case)


def _fuzzed(seed: int) -> list[Json]:
    """Return the bodies of the seeded draws of each mode."""
    import hypothesis  # noqa: PLC0415 -- dear
    from schemathesis import GenerationMode  # noqa: PLC0415 -- as above

    operation = _loaded()[PATH]["POST"]
    generate = list[Json]()
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
        def draw(case: Any) -> None:  # noqa: ANN401 -- as above
            generate.append(_body(case))

        draw()
    return generate


def _body(case: Any) -> Json:  # noqa: ANN401 -- as above
    from schemathesis.core import NOT_SET  # noqa: PLC0415 -- as above

    return ABSENT if case.body is NOT_SET else case.body


@contextmanager
def _alone() -> Iterator[None]:
    """Keep hypothesis from drawing constants out of the modules around it.

    It takes them from every module outside site-packages, so that a checkout would
    draw other requests than an installed wheel.
    """
    from hypothesis.internal.conjecture import providers  # noqa: PLC0415 -- dear

    found = providers._get_local_constants  # noqa: SLF001 -- there is no switch for it
    remembered = providers.CONSTANTS_CACHE
    nothing = type(providers._local_constants)()  # noqa: SLF001 -- as above
    providers._get_local_constants = lambda: nothing  # noqa: SLF001 -- as above
    providers.CONSTANTS_CACHE = type(remembered)(1024)  # it holds what was found
    try:
        yield
    finally:
        providers._get_local_constants = found  # noqa: SLF001 -- as above
        providers.CONSTANTS_CACHE = remembered


def _valid_place(body: Json) -> str:
    """Return the one field that a valid request tries, or ``WHOLE_BODY``."""
    more = sorted(body.keys() - {"model", "input"})
    if not more:
        return "input" if "input" in body else "model"
    return more[0] if len(more) == 1 else WHOLE_BODY


def _entry(body: Json) -> Entry | None:
    """Name a drawn body; ``None`` for one that cannot be sent, or asks for nothing."""
    if body is ABSENT:
        return Entry(GeneratedInput(Scenario.MISSING, WHOLE_BODY, _digest("")), "")
    try:
        content = json.dumps(
            body, ensure_ascii=False, allow_nan=False, separators=(",", ":")
        )
        content.encode()
    except (TypeError, ValueError):
        return None
    model = body.get("model") if isinstance(body, dict) else None
    unknown = isinstance(model, str) and model != PLACEHOLDER
    if unknown or len(content) > LONGEST:
        return None
    wrong = most_severe(body)
    scenario, place = (
        (wrong.scenario, wrong.place) if wrong else (Scenario.VALID, _valid_place(body))
    )
    return Entry(GeneratedInput(scenario, place, _digest(content)), content)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:8]


def generate(seed: int) -> tuple[Entry, ...]:
    """Draw the whole corpus, enumerated entries first; takes some seconds."""
    with _alone():
        bodies = [*_enumerated(), *_fuzzed(seed)]
    found: dict[str, Entry] = {}
    for body in bodies:
        if entry := _entry(body):
            found.setdefault(entry.content, entry)
    return tuple(found.values())
