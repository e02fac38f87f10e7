"""Run the suite with any number of exchanges and print its cost as JSON.

``python -m benchmarks.many_exchanges URL N DIRECTORY`` sends the default sample of the
corpus repeatedly. Every check of the catalogue evaluates the exchanges, the journal
records them, and reports are written to DIRECTORY. No pytest items are created, because
no corpus has that many cases. Measuring starts after the checks' dependencies are
loaded, as it starts after the client is created in the plain loop.
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

DEFAULT_SAMPLE = 120


def repeat_sample(count: int) -> tuple[Entry, ...]:
    """Return ``count`` entries: the default sample repeatedly, with unique names."""
    entries = sample(load(0), DEFAULT_SAMPLE)

    def rename(entry: Entry, repetition: int) -> Entry:
        original = entry.generated
        digest = f"{original.digest}{repetition}"
        return Entry(
            GeneratedInput(original.scenario, original.path, digest), entry.content
        )

    repetitions = range(count // len(entries) + 1)
    return tuple(islice((rename(e, n) for n in repetitions for e in entries), count))


def main() -> None:
    """Run the suite, write the reports and print the cost."""
    url, count, directory = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    settings = Settings(
        url, MODEL, KEY, SECOND_KEY, generated=None, limits=Limits(timeout=60)
    )
    with mock.patch.object(probes, "load", return_value=repeat_sample(count)):
        run_plan = plan(catalogue(), settings)
    dependencies = {case.check.dependency for case in run_plan.cases}
    for dependency in filter(None, dependencies):
        dependency.load(settings.profile.name)
    preload()
    start, cpu_start = time.perf_counter(), time.process_time()
    with Journal(directory / "journal.ndjson") as journal:
        report = run_to_completion(settings, run_plan, journal)
    wall_s, cpu_s = time.perf_counter() - start, time.process_time() - cpu_start
    start = time.perf_counter()
    write_reports(("json", "markdown", "text"), report, journal.reader, directory)
    cost = {
        "exchanges": report.run.cost.requests,
        "verdict": report.verdict,
        "wall_s": wall_s,
        "cpu_s": cpu_s,
        "report_s": time.perf_counter() - start,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(cost))


if __name__ == "__main__":
    main()
