"""Read the ``report.json`` files of earlier runs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import jsonschema

from conformance.errors import InvalidReport
from conformance.model.node import Json

FILE: Final = "report.json"
_SCHEMA: Final = "report.schema.json"

MAX_PROBLEM_LENGTH: Final = 200
"""Length in characters from which the description of a schema violation is too long.

The error message then names the violated keyword of the schema instead.
"""


@dataclass(frozen=True)
class SavedReport:
    """The content of ``report.json``, and the directory of the file."""

    document: Json
    directory: Path


@cache
def _validator() -> jsonschema.Draft202012Validator:
    """Return a validator for the schema of reports.

    An installed package contains the schema next to this module. In a checkout, the
    schema is in ``docs``.
    """
    schema = Path(__file__).with_name(_SCHEMA)
    if not schema.is_file():
        schema = Path(__file__).parents[2] / "docs" / _SCHEMA
    return jsonschema.Draft202012Validator(json.loads(schema.read_text("utf-8")))


def read_report(path: Path) -> SavedReport:
    """Read the report at ``path``, a report directory or its ``report.json``.

    Raises ``InvalidReport``. The message names the invalid part of the file.
    """
    file = path / FILE if path.is_dir() else path
    hint = "name a directory that `conformance run` wrote; it contains report.json"
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InvalidReport(f"{file} cannot be read: {error.strerror}", hint) from None
    except (ValueError, RecursionError) as error:
        raise InvalidReport(f"{file} is not JSON: {error}", hint) from None
    violation = jsonschema.exceptions.best_match(_validator().iter_errors(document))
    if violation is not None:
        location = violation.json_path.removeprefix("$") or "the top level"
        text = violation.message
        if len(text) >= MAX_PROBLEM_LENGTH:
            text = f"violates {violation.validator!r} of the schema"
        raise InvalidReport(f"{file} is not a report: at {location}: {text}", hint)
    return SavedReport(document, file.parent)


def find_reports(directory: Path) -> Iterator[Path]:
    """Yield every ``report.json`` below a directory, sorted by path."""
    yield from sorted(path for path in directory.rglob(FILE) if path.is_file())
