"""The targets: one module per server, one target per configuration."""

import difflib

from tests.real.errors import UnknownTarget
from tests.real.servers import aimock, fastresponses, litellm, llama, portkey, shepherd
from tests.real.target import Target

TARGETS: tuple[Target, ...] = (
    *llama.TARGETS,
    *litellm.TARGETS,
    *shepherd.TARGETS,
    *portkey.TARGETS,
    *fastresponses.TARGETS,
    *aimock.TARGETS,
)
NAMES = tuple(target.name for target in TARGETS)


def find(name: str) -> Target:
    """Return the target with this name.

    Raises UnknownTarget with similar names, or with all names if none is similar.
    """
    for target in TARGETS:
        if target.name == name:
            return target
    similar = difflib.get_close_matches(name, NAMES)
    if similar:
        hint = f"did you mean {' or '.join(similar)}?"
    else:
        hint = f"known targets: {', '.join(NAMES)}"
    raise UnknownTarget(f"unknown target: {name!r}; {hint}")
