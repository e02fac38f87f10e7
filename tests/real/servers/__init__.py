"""The servers, one module each, and the targets that they make."""

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
    """Return the target of that name, or raise UnknownTarget with near misses."""
    for target in TARGETS:
        if target.name == name:
            return target
    near = difflib.get_close_matches(name, NAMES)
    hint = (
        f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(NAMES)}"
    )
    raise UnknownTarget(f"no target is called {name!r}; {hint}")
