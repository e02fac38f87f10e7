"""Handmade report directories for tests of comparison and trend."""

import json
from dataclasses import replace
from pathlib import Path

from conformance.model.report import Report
from conformance.model.requirement import Level
from conformance.model.verdict import Outcome
from conformance.reports.json import document
from tests.reports.sample_reports import report_of, verdict

FAILED, PASSED, EXPECTED = Outcome.FAILED, Outcome.PASSED, Outcome.EXPECTED
UNSUPPORTED, INCONCLUSIVE = Outcome.UNSUPPORTED, Outcome.INCONCLUSIVE
NOT_RUN, ERROR = Outcome.NOT_RUN, Outcome.ERROR


def report_on(
    day: str = "2026-01-01",
    *,
    url: str = "https://gw.example/v1/responses",
    model: str = "m",
    profile: str = "newapi",
    catalogue: str = "2026-11-22",
    reason: str = "because",
    **outcomes: Outcome,
) -> Report:
    """Return a report; ``usage_sum=PASSED`` is the outcome of ``usage.sum``."""
    report = report_of(
        *(
            verdict(
                id_.replace("_", ".", 1).replace("_", "-"), outcome, Level.MUST, reason
            )
            for id_, outcome in outcomes.items()
        )
    )
    return replace(
        report,
        target=replace(report.target, url=url, model=model, profile=profile),
        run=replace(
            report.run,
            id=f"{day}-{profile}-{model}",
            started_at=f"{day}T12:00:00+00:00",
            catalogue=catalogue,
        ),
    )


def write_directory(report: Report, directory: Path, *, page: bool = True) -> Path:
    """Write a report directory, with an empty HTML page, and return its path."""
    directory.mkdir(parents=True)
    text = json.dumps(document(report))
    (directory / "report.json").write_text(text, "utf-8")
    if page:
        (directory / "report.html").write_text("<title>report</title>", "utf-8")
    return directory
