"""Measure how many mutants the tests kill.

``python -m tests.mutation sample`` selects the mutants and writes ``sample.json``.
``python -m tests.mutation run`` runs the tests against each of them in a copy of the
checkout, writes ``results.json`` and prints the survivors. A mutant is killed if a test
fails.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Final

from conformance.reference.faults import FAULTS
from tests.mutation.operators import Mutant, mutants_of, mutated

ROOT: Final = Path(__file__).parents[2]
SAMPLE: Final = Path(__file__).with_name("sample.json")
RESULTS: Final = Path(__file__).with_name("results.json")
PACKAGES: Final = ("judge", "model", "contract")
SEED: Final = 20261128
SIZE: Final = 200
STALE: Final = "not found"
STAGES: Final = (slice(0, 2), slice(2, None))
"""The groups of tests that all mutants face, and those that survivors face."""

TIMEOUT: Final = 400.0
"""Seconds that one group of tests may take. A mutant that exceeds it is killed."""


def sample() -> list[Mutant]:
    """Return a random sample of mutants, the same for the same source and seed."""
    every = [
        mutant
        for package in PACKAGES
        for path in sorted((ROOT / "conformance" / package).rglob("*.py"))
        for mutant in mutants_of(
            path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        )
    ]
    return random.Random(SEED).sample(every, SIZE)  # noqa: S311 -- a sample, not a secret


def _faults_of(section: str) -> list[str]:
    """Return the faults that break a requirement of a section."""
    return [
        name
        for name, fault in FAULTS.items()
        if any(id_.startswith(f"{section}.") for id_ in fault.breaks)
    ]


def _groups(path: str) -> list[list[str]]:
    """Return groups of pytest arguments, those that find a defect soonest first."""
    self_tests = ["tests/test_self.py", "-k"]
    _, package, section, *_ = Path(path).parts
    if package != "contract":
        return [
            ["tests/model", "tests/judge"],
            ["tests/contract"],
            ["tests/run", "tests/reports", "tests/property_based"],
            [*self_tests, " or ".join(list(FAULTS)[::10])],
        ]
    groups = [
        ["tests/model", "tests/judge", "tests/contract"],
        [*self_tests, "conforming or costs or empty"],
    ]
    if (ROOT / "tests" / "contract" / section).is_dir():
        groups.insert(0, [f"tests/contract/{section}"])
    if faults := _faults_of(section):
        groups.insert(1, [*self_tests, " or ".join(faults)])
    return groups


def _fails(arguments: list[str], checkout: Path) -> bool:
    """Return whether a group of tests fails, or does not end in time."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter and tests
            [*command, *arguments],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True
    return done.returncode not in {0, 5}  # 5: no test was selected


def _killed_by(mutant: Mutant, checkout: Path, groups: slice) -> str:
    """Return the first of some groups of tests that fails, or an empty string.

    A group counts only if it fails twice, so that a flaky test kills nothing.
    """
    target = checkout / mutant.path
    original = target.read_text("utf-8")
    source, _ = mutated(original, mutant)
    target.write_text(source, encoding="utf-8")
    try:
        for arguments in _groups(mutant.path)[groups]:
            if _fails(arguments, checkout) and _fails(arguments, checkout):
                return " ".join(arguments)[:100]
        return ""
    finally:
        target.write_text(original, encoding="utf-8")


def _copy(directory: Path) -> Path:
    """Copy the files that git tracks into ``directory``, except reports."""
    names = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 -- git is on PATH
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, names.split("\0")):
        if name.startswith("reports/"):
            continue
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return directory


def run(workers: int) -> None:
    """Test the sampled mutants: all with the fastest groups, survivors with the rest.

    Continues an earlier run from ``results.json``.
    """
    mutants = [Mutant(**each) for each in json.loads(SAMPLE.read_text("utf-8"))]
    results: dict[str, list[str]] = {}
    if RESULTS.is_file():
        results = json.loads(RESULTS.read_text("utf-8"))
    with (
        tempfile.TemporaryDirectory() as scratch,
        ThreadPoolExecutor(workers) as pool,
    ):
        checkouts = [_copy(Path(scratch) / str(n)) for n in range(workers)]

        def attempt(index: int, stage: int) -> None:
            """Record what killed the mutant in each stage that was run."""
            mutant, done = mutants[index], results.setdefault(str(index), [])
            if any(done) or len(done) > stage:
                return
            checkout = checkouts.pop()
            try:
                done.append(_killed_by(mutant, checkout, STAGES[stage]))
            except LookupError as error:
                done.append(f"{STALE}: {error}")
            finally:
                checkouts.append(checkout)
            print(f"{stage} {index} {mutant.path} {done[-1] or 'SURVIVED'}", flush=True)
            RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")

        for stage in range(len(STAGES)):
            list(pool.map(attempt, range(len(mutants)), [stage] * len(mutants)))
    report(mutants, {index: "".join(done) for index, done in results.items()})


def report(mutants: list[Mutant], results: dict[str, str]) -> None:
    """Print the number of killed mutants and the change of each survivor."""
    stale = sum(found.startswith(STALE) for found in results.values())
    killed = sum(bool(found) for found in results.values()) - stale
    print(f"{killed} of {len(results)} mutants killed, {stale} no longer in the source")
    operators = Counter(m.operator for m in mutants)
    print(", ".join(f"{count} {name}" for name, count in sorted(operators.items())))
    for index, found in sorted(results.items(), key=lambda item: int(item[0])):
        if not found:
            mutant = mutants[int(index)]
            _, line = mutated((ROOT / mutant.path).read_text("utf-8"), mutant)
            print(f"survived: {mutant.path}:{line} {mutant.operator}")
            print(f"    - {mutant.before}")
            print(f"    + {mutant.after}")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["sample", "run"])
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    if options.what == "sample":
        drawn = [asdict(mutant) for mutant in sample()]
        SAMPLE.write_text(json.dumps(drawn, indent=1) + "\n", encoding="utf-8")
        print(f"{len(drawn)} mutants written to {SAMPLE.name}")
    else:
        run(options.workers)


if __name__ == "__main__":
    main()
