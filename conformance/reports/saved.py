"""Reports that earlier runs left behind, read from their ``report.json``."""

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


@dataclass(frozen=True)
class SavedReport:
    """A report as it was written, and the directory that it lies in."""

    document: Json
    directory: Path


@cache
def _validator() -> jsonschema.Draft202012Validator:
    """Return the schema as a judge, out of the wheel or the checkout."""
    shipped = Path(__file__).with_name(_SCHEMA)
    if not shipped.is_file():
        shipped = Path(__file__).parents[2] / "docs" / _SCHEMA
    return jsonschema.Draft202012Validator(json.loads(shipped.read_text("utf-8")))


def read_report(path: Path) -> SavedReport:
    """Read the report at ``path``, a report directory or the file itself.

    Raises ``InvalidReport`` for what is no report, with the place that is wrong.
    """
    file = path / FILE if path.is_dir() else path
    hint = "give the directory that `conformance run` wrote, the one with report.json"
    try:
        document = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise InvalidReport(f"{file} cannot be read: {error.strerror}", hint) from None
    except (ValueError, RecursionError) as error:
        raise InvalidReport(f"{file} is not JSON: {error}", hint) from None
    wrong = jsonschema.exceptions.best_match(_validator().iter_errors(document))
    if wrong is not None:
        at = wrong.json_path.removeprefix("$") or "the top"
        told = (
            wrong.message if len(wrong.message) < 200 else f"breaks {wrong.validator}"
        )
        raise InvalidReport(f"{file} is no report: at {at}: {told}", hint)
    return SavedReport(document, file.parent)


def find_reports(directory: Path) -> Iterator[Path]:
    """Yield every ``report.json`` below a directory, in the order of their paths."""
    yield from sorted(path for path in directory.rglob(FILE) if path.is_file())
