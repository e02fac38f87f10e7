"""The verdict as JSON, from which shields.io draws an endpoint badge."""

import json
from typing import Final

from conformance.model.report import Report
from conformance.reports import Evidence
from conformance.reports.badge import COLORS, label_and_message

FILE: Final = "badge.json"


def render(report: Report, _evidence: Evidence) -> str:
    """Return the JSON in version 1 of the format that shields.io reads from a URL."""
    label, message = label_and_message(report)
    badge = {
        "schemaVersion": 1,
        "label": label,
        "message": message,
        "color": COLORS[report.verdict],
        "isError": report.verdict == "non-conformant",
    }
    return json.dumps(badge, indent=2) + "\n"
