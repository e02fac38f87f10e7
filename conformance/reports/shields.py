"""The badge as data, for the endpoint badges of shields.io."""

import json
from typing import Final

from conformance.model.report import Report
from conformance.reports import Evidence
from conformance.reports.badge import COLOURS, words

FILE: Final = "badge.json"


def render(report: Report, _evidence: Evidence) -> str:
    """Write what an endpoint has to answer, by version 1 of its schema."""
    label, message = words(report)
    made = {
        "schemaVersion": 1,
        "label": label,
        "message": message,
        "color": COLOURS[report.verdict],
        "isError": report.verdict == "non-conformant",
    }
    return json.dumps(made, indent=2) + "\n"
