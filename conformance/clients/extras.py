"""Packages that are not needed to run, and what cannot be judged without them."""

from importlib.util import find_spec
from typing import Final

_BROUGHT: Final = {
    "openai": ("openai", "httpx2", "pydantic"),
    "openresponses": ("openresponses_types", "pydantic"),
}
"""The modules that each extra of ours brings."""


def missing_extra(extra: str) -> str:
    """Say what to install where an extra is absent; nothing where it is there.

    Nothing is imported to find out.
    """
    if all(find_spec(module) for module in _BROUGHT[extra]):
        return ""
    return f"not installed: pip install 'responses-conformance[{extra}]'"
