"""A badge for a README as an SVG image: profile, verdict and date."""

from typing import Final

from conformance.model.report import Report
from conformance.reports import Evidence
from conformance.reports.static_pages import render_page

FILE: Final = "badge.svg"

COLORS: Final = {
    "conformant": "#1a7f37",
    "non-conformant": "#b3261e",
    "inconclusive": "#8a5a00",
}
"""Background by verdict; white text on it has a contrast of 5:1 or more."""

_LETTER_WIDTH: Final = 6.7
"""Assumed width of a letter in pixels; the template scales the text to it."""

_PADDING: Final = 12
"""Pixels around each of the two texts."""


def label_and_message(report: Report) -> tuple[str, str]:
    """Return the left text (the profile) and the right text (verdict and date)."""
    verdict = (
        f"{report.verdict}, interrupted" if report.run.interrupted else report.verdict
    )
    day = report.run.started_at[:10]
    return f"/v1/responses {report.target.profile}", f"{verdict} {day}"


def render(report: Report, _evidence: Evidence) -> str:
    """Return the badge as SVG that loads no font and no image."""
    label, message = label_and_message(report)
    split = round(len(label) * _LETTER_WIDTH) + _PADDING
    return render_page(
        "badge.svg.j2",
        label=label,
        message=message,
        split=split,
        width=split + round(len(message) * _LETTER_WIDTH) + _PADDING,
        color=COLORS[report.verdict],
    )
