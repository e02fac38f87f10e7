"""What is known to be wrong with each target, as it was looked at by hand.

`expected/<target>.json` maps the id of every MUST that the target breaks to one line
that says what it does wrong: in `always` where each run shows it, in `at_times` where
it takes an answer of the model that not every run brings.  A target judged over
another upstream than the usual one has a file of its own, since a gateway passes its
upstream's faults on.
"""

import json
from pathlib import Path

from tests.real.running import UPSTREAMS

FOLDER = Path(__file__).parent / "expected"


def expected_file(name: str, upstream: str) -> Path:
    """Return where the expectations on a target over an upstream are written."""
    suffix = "" if upstream == UPSTREAMS[0] else f".over-{upstream}"
    return FOLDER / f"{name}{suffix}.json"


def surprises(file: Path, failed: list[str]) -> list[str]:
    """Return the differences between a file and the failed MUSTs of a run."""
    if not file.exists():
        draft = {"always": dict.fromkeys(failed, ""), "at_times": {}}
        asked = "look at each, and say what is wrong"
        return [f"there is no {file}; {asked}:\n{json.dumps(draft, indent=2)}"]
    known: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    always, at_times = known["always"], known["at_times"]
    whys = [*always.items(), *at_times.items()]
    told = {
        **dict.fromkeys({*failed} - {*always, *at_times}, "fails, and is not in it"),
        **dict.fromkeys({*always} - {*failed}, "is in it as always failing, and holds"),
        **{each: "has no reason in it" for each, why in whys if not why},
    }
    return [f"{file.name}: {each} {what}" for each, what in sorted(told.items())]
