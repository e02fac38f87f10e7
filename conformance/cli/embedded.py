"""Start the embedded gateway as the target of a run."""

from contextlib import ExitStack
from typing import Final

from conformance.reference.server import gateway_server

KEY_ENV: Final = "CONFORMANCE_EMBEDDED_KEY"
"""Environment variable for the first API key of the embedded gateway."""

SECOND_KEY_ENV: Final = "CONFORMANCE_EMBEDDED_SECOND_KEY"
"""Environment variable for its second API key."""


def start_embedded_gateway(
    profile: str, stack: ExitStack
) -> tuple[dict[str, str], dict[str, str]]:
    """Start a gateway on a free port, and stop it when ``stack`` closes.

    Returns the options that select the gateway as the target, by ``Option.key``, and
    the environment variables with the API keys of the gateway.
    """
    gateway = stack.enter_context(gateway_server(profile=profile))
    options = {
        "url": gateway.url,
        "model": gateway.model,
        "api_key_env": KEY_ENV,
        "second_key_env": SECOND_KEY_ENV,
    }
    return options, {KEY_ENV: gateway.key, SECOND_KEY_ENV: gateway.second_key}
