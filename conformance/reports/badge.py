"""A badge for a README: profile, verdict and date, as a picture of its own."""

from typing import Final

from conformance.model.report import Report
from conformance.reports import Evidence
from conformance.reports.static_pages import render_page

FILE: Final = "badge.svg"

COLOURS: Final = {
    "conformant": "#1a7f37",
    "non-conformant": "#b3261e",
    "inconclusive": "#8a5a00",
}
"""White text is legible on each of them (a contrast of 5 or more)."""

_LETTER: Final = 6.7
"""Pixels that a letter takes on average; the text is fitted to the sum."""


def words(report: Report) -> tuple[str, str]:
    """Return what stands left and right: the profile, and the verdict with its day."""
    verdict = (
        f"{report.verdict}, interrupted" if report.run.interrupted else report.verdict
    )
    day = report.run.started_at[:10]
    return f"/v1/responses {report.target.profile}", f"{verdict} {day}"


def render(report: Report, _evidence: Evidence) -> str:
    """Draw the badge; it loads no font and no picture."""
    label, message = words(report)
    split = round(len(label) * _LETTER) + 12
    return render_page(
        "badge.svg.j2",
        label=label,
        message=message,
        split=split,
        width=split + round(len(message) * _LETTER) + 12,
        colour=COLOURS[report.verdict],
    )
