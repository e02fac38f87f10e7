"""A run of as many exchanges as one likes, and what it cost, as JSON on stdout.

``python -m benchmarks.many URL NUMBER DIRECTORY``: the picked corpus is sent over and
over by the runner of the suite, judged by the whole catalogue, journaled, and written
as reports. There are no pytest items, for no corpus has so many cases. The clocks start
when what judges is loaded, as those of the bare loop do when its client is.
"""

import json
import resource
import sys
import time
from itertools import islice
from pathlib import Path
from unittest import mock

from conformance.contract.catalogue import catalogue
from conformance.contract.schema import probes
from conformance.judge.plan import plan
from conformance.model.generated_input import GeneratedInput
from conformance.model.settings import Limits, Settings
from conformance.property_based.corpus import load
from conformance.property_based.entry import Entry
from conformance.property_based.response_checks import preload
from conformance.property_based.sampling import sample
from conformance.reference.gateway import KEY, MODEL, SECOND_KEY
from conformance.reports import write_reports
from conformance.run.journal import Journal
from conformance.run.session import run_to_completion

USUAL = 120


def repeated(number: int) -> tuple[Entry, ...]:
    """Return the usual choice of the corpus over and over, each under a new name."""
    usual = sample(load(0), USUAL)

    def again(round_: int, entry: Entry) -> Entry:
        was = entry.drawn
        return Entry(
            GeneratedInput(was.scenario, was.path, f"{was.digest}{round_}"),
            entry.content,
        )

    rounds = range(number // len(usual) + 1)
    return tuple(islice((again(r, e) for r in rounds for e in usual), number))


def main() -> None:
    """Run, write the reports, and tell what it took."""
    url, number, directory = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    settings = Settings(
        url, MODEL, KEY, SECOND_KEY, generated=None, limits=Limits(timeout=60)
    )
    with mock.patch.object(probes, "load", return_value=repeated(number)):
        whole = plan(catalogue(), settings)
    for aid in {case.check.dependency for case in whole.cases if case.check.dependency}:
        aid.load(settings.profile.name)
    preload()
    began, spent = time.perf_counter(), time.process_time()
    with Journal(directory / "journal.ndjson") as journal:
        report = run_to_completion(settings, whole, journal)
    ran, cpu = time.perf_counter() - began, time.process_time() - spent
    began = time.perf_counter()
    write_reports(("json", "markdown", "text"), report, journal.kept, directory)
    told = {
        "exchanges": report.run.cost.requests,
        "verdict": report.verdict,
        "wall_s": ran,
        "cpu_s": cpu,
        "report_s": time.perf_counter() - began,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
