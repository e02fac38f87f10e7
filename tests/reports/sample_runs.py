"""Report directories made by hand, for tests of what reads several of them."""

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


def story(
    at: str = "2026-01-01",
    *,
    url: str = "https://gw.example/v1/responses",
    model: str = "m",
    profile: str = "newapi",
    catalogue: str = "2026-11-22",
    reason: str = "because",
    **outcomes: Outcome,
) -> Report:
    """Return a report of that day; ``usage_sum=PASSED`` is ``usage.sum`` passed."""
    made = report_of(
        *(
            verdict(
                id_.replace("_", ".", 1).replace("_", "-"), outcome, Level.MUST, reason
            )
            for id_, outcome in outcomes.items()
        )
    )
    return replace(
        made,
        target=replace(made.target, url=url, model=model, profile=profile),
        run=replace(
            made.run,
            id=f"{at}-{profile}-{model}",
            started_at=f"{at}T12:00:00+00:00",
            catalogue=catalogue,
        ),
    )


def shelved(report: Report, directory: Path, *, page: bool = True) -> Path:
    """Write a report directory, with an empty page in it, and return it."""
    directory.mkdir(parents=True)
    text = json.dumps(document(report))
    (directory / "report.json").write_text(text, "utf-8")
    if page:
        (directory / "report.html").write_text("<title>report</title>", "utf-8")
    return directory
