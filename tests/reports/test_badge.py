"""The badge shows profile, verdict and date, as an image and as JSON."""

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


@pytest.mark.parametrize(("verdict_name", "report"), REPORTS.items())
def test_image_shows_the_texts_and_labels_them_for_screen_readers(
    verdict_name: str, report: Report
) -> None:
    """The image contains shapes and text only."""
    image = ET.fromstring(badge.render(report, evidence))  # noqa: S314 -- not external input
    texts = [element.text for element in image.iter(f"{SVG}text")]

    assert texts == ["/v1/responses newapi", f"{verdict_name} 2026-01-01"]
    assert image.attrib["aria-label"] == ": ".join(map(str, texts))
    assert {element.tag.removeprefix(SVG) for element in image.iter()} <= {
        *("svg", "title", "clipPath", "g", "rect", "text")
    }


@pytest.mark.parametrize(("verdict_name", "report"), REPORTS.items())
def test_json_follows_version_1_of_the_endpoint_schema(
    verdict_name: str, report: Report
) -> None:
    """The badge of a non-conformant server is marked as an error."""
    data = json.loads(shields.render(report, evidence))

    assert data == {
        "schemaVersion": 1,
        "label": "/v1/responses newapi",
        "message": f"{verdict_name} 2026-01-01",
        "color": badge.COLORS[verdict_name],
        "isError": verdict_name == "non-conformant",
    }


def test_badge_of_an_interrupted_run_says_so() -> None:
    """The verdict covers only what was tested until then."""
    report = replace(
        REPORTS["non-conformant"],
        run=replace(REPORTS["non-conformant"].run, interrupted=True),
    )

    assert (
        badge.label_and_message(report)[1] == "non-conformant, interrupted 2026-01-01"
    )


def test_white_text_has_enough_contrast_on_every_color() -> None:
    """WCAG 2.2 requires 4.5:1."""

    def luminance(part: str) -> float:
        value = int(part, 16) / 255
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    for color in badge.COLORS.values():
        red, green, blue = (luminance(color[n : n + 2]) for n in (1, 3, 5))
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5
