"""Find out which optional dependencies (extras) are installed."""

from importlib.util import find_spec
from typing import Final

_MODULES: Final = {
    "openai": ("openai", "httpx2", "pydantic"),
    "openresponses": ("openresponses_types", "pydantic"),
}
"""The modules that each extra installs."""


def missing_extra(extra: str) -> str:
    """Return how to install a missing extra, or an empty string if it is installed.

    No module of the extra is imported.
    """
    if all(find_spec(module) for module in _MODULES[extra]):
        return ""
    return f"not installed: pip install 'responses-conformance[{extra}]'"
