"""The MUST requirements that each target is known to fail.

``expected/<target>.json`` maps requirement ids to one line about what the server does
wrong. A person has confirmed each line. ``always`` has the failures of every run, and
``at_times`` those that depend on what the model returns. Defects of an upstream also
show in its gateways, so a gateway has a separate file for its second upstream.
"""

import json
from pathlib import Path

from tests.real.launcher import UPSTREAMS

DIRECTORY = Path(__file__).parent / "expected"


def expected_file(name: str, upstream: str) -> Path:
    """Return the path of the expected failures of a target with an upstream."""
    suffix = "" if upstream == UPSTREAMS[0] else f".over-{upstream}"
    return DIRECTORY / f"{name}{suffix}.json"


def differences(file: Path, failed: list[str]) -> list[str]:
    """Return one line for each difference between the file and the failed MUSTs.

    If the file does not exist, the only line contains a draft of it.
    """
    if not file.exists():
        draft = {"always": dict.fromkeys(failed, ""), "at_times": {}}
        hint = "check each failure and add a reason"
        return [f"{file} does not exist; {hint}:\n{json.dumps(draft, indent=2)}"]
    expected: dict[str, dict[str, str]] = json.loads(file.read_text(encoding="utf-8"))
    always, at_times = expected["always"], expected["at_times"]
    reasons = [*always.items(), *at_times.items()]
    problems = {
        **dict.fromkeys({*failed} - {*always, *at_times}, "fails but is not listed"),
        **dict.fromkeys({*always} - {*failed}, "is listed in 'always' but passes"),
        **{id_: "is listed without a reason" for id_, reason in reasons if not reason},
    }
    return [
        f"{file.name}: {id_} {problem}" for id_, problem in sorted(problems.items())
    ]
