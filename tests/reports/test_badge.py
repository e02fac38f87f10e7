"""The badge says profile, verdict and date, as a picture and as data."""

import json
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from conformance.model.report import Report
from conformance.model.verdict import Outcome
from conformance.reports import badge, shields
from tests.reports.sample_reports import evidence, report_of, verdict

SVG = "{http://www.w3.org/2000/svg}"

REPORTS = {
    "conformant": report_of(verdict("usage.sum", Outcome.PASSED)),
    "non-conformant": report_of(verdict("usage.sum", Outcome.FAILED)),
    "inconclusive": report_of(verdict("usage.sum", Outcome.INCONCLUSIVE, reason="x")),
}


@pytest.mark.parametrize(("said", "report"), REPORTS.items())
def test_the_picture_says_it_in_words(said: str, report: Report) -> None:
    """To the eye, and to who cannot see it."""
    drawn = ET.fromstring(badge.render(report, evidence))  # noqa: S314 -- our own
    texts = [element.text for element in drawn.iter(f"{SVG}text")]

    assert texts == ["/v1/responses newapi", f"{said} 2026-01-01"]
    assert drawn.attrib["aria-label"] == ": ".join(map(str, texts))
    assert {element.tag.removeprefix(SVG) for element in drawn.iter()} <= {
        *("svg", "title", "clipPath", "g", "rect", "text")
    }


@pytest.mark.parametrize(("said", "report"), REPORTS.items())
def test_the_data_is_what_an_endpoint_badge_asks_for(said: str, report: Report) -> None:
    """Version 1, a label and a message; an error shows in the badge's colour."""
    made = json.loads(shields.render(report, evidence))

    assert made == {
        "schemaVersion": 1,
        "label": "/v1/responses newapi",
        "message": f"{said} 2026-01-01",
        "color": badge.COLOURS[said],
        "isError": said == "non-conformant",
    }


def test_an_interrupted_run_is_no_verdict_by_itself() -> None:
    """What was judged until then is not the whole."""
    report = replace(
        REPORTS["non-conformant"],
        run=replace(REPORTS["non-conformant"].run, interrupted=True),
    )

    assert badge.words(report)[1] == "non-conformant, interrupted 2026-01-01"


def test_white_is_legible_on_every_colour() -> None:
    """A contrast of 4.5 to 1, by WCAG 2.2."""

    def light(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    for colour in badge.COLOURS.values():
        red, green, blue = (light(colour[n : n + 2]) for n in (1, 3, 5))
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
