"""The embedded gateway as a target: started on a free port, and stopped afterwards."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

from conformance.config import merge_options
from conformance.model.profile import profile_named

KEY_ENV: Final = "CONFORMANCE_EMBEDDED_KEY"
SECOND_KEY_ENV: Final = "CONFORMANCE_EMBEDDED_SECOND_KEY"


def start_embedded_gateway(
    asked: Mapping[str, str], environ: Mapping[str, str], stack: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Start the embedded gateway on a free port; return how to reach and judge it."""
    from conformance.reference.server import serving  # noqa: PLC0415 -- only without a URL

    profile = merge_options(asked, environ).get("profile", "newapi")
    gateway = stack.enter_context(serving(profile=profile_named(profile).name))
    keys = {KEY_ENV: gateway.key, SECOND_KEY_ENV: gateway.second_key}
    options = {
        "url": gateway.url,
        "model": gateway.model,
        "api-key-env": KEY_ENV,
        "second-key-env": SECOND_KEY_ENV,
        "profile": profile,
    }
    return {**asked, **options}, {**environ, **keys}
