"""Start the embedded gateway as the target of a run."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Final

from conformance.config import merge_options
from conformance.model.profile import profile_named
from conformance.reference.server import gateway_server

KEY_ENV: Final = "CONFORMANCE_EMBEDDED_KEY"
SECOND_KEY_ENV: Final = "CONFORMANCE_EMBEDDED_SECOND_KEY"


def start_embedded_gateway(
    options: Mapping[str, str], environ: Mapping[str, str], stack: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Start the gateway on a free port, and stop it when ``stack`` closes.

    Returns ``options`` with the URL, model and profile of the gateway, and ``environ``
    with its keys. Raises ``UnknownName`` for an unknown profile.
    """
    profile = merge_options(options, environ).get("profile", "newapi")
    gateway = stack.enter_context(gateway_server(profile=profile_named(profile).name))
    keys = {KEY_ENV: gateway.key, SECOND_KEY_ENV: gateway.second_key}
    target = {
        "url": gateway.url,
        "model": gateway.model,
        "api-key-env": KEY_ENV,
        "second-key-env": SECOND_KEY_ENV,
        "profile": profile,
    }
    return {**options, **target}, {**environ, **keys}
