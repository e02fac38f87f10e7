"""What is known to be wrong with each target, as it was looked at by hand.

`expected/<target>.json` maps the id of every MUST that the target breaks to one line
that says what it does wrong.  A target judged over another upstream than the usual
one has a file of its own, since a gateway passes its upstream's faults on.
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
        draft = json.dumps(dict.fromkeys(failed, ""), indent=2)
        return [f"there is no {file}; look at each, and say what is wrong:\n{draft}"]
    known: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    told = {
        **dict.fromkeys(set(failed) - set(known), "fails, and is not in the file"),
        **dict.fromkeys(set(known) - set(failed), "is in the file, and holds"),
        **{each: "has no reason in the file" for each, why in known.items() if not why},
    }
    return [f"{each} {what}" for each, what in sorted(told.items())]
