"""``conformance serve``: the embedded gateway, until Ctrl-C."""

import sys

import click

from conformance.errors import ConfigurationError, UnknownName
from conformance.model.profile import profile_named


def serve(port: int, profile: str, faults: tuple[str, ...], latency: float) -> None:
    """Serve the embedded gateway until Ctrl-C; raises ``SuiteError``."""
    from conformance.reference.faults import FAULTS  # noqa: PLC0415 -- only here
    from conformance.reference.gateway import KEY, MODEL, SECOND_KEY  # noqa: PLC0415 -- only here
    from conformance.reference.server import serve as serve_gateway  # noqa: PLC0415 -- only here

    profile_named(profile)
    for name in faults:
        if name not in FAULTS:
            raise UnknownName.of("fault", name, FAULTS)

    def announce(url: str) -> None:
        click.echo(f"serving {url}/v1/responses, model {MODEL}")
        click.echo(f"  export CONFORMANCE_API_KEY={KEY}")
        click.echo(f"  export CONFORMANCE_SECOND_KEY={SECOND_KEY}")
        click.echo(f"  conformance run {url} --model {MODEL}")
        sys.stdout.flush()

    try:
        serve_gateway(
            port,
            faults=[FAULTS[name] for name in faults],
            profile=profile,
            latency=latency,
            announce=announce,
        )
    except OSError as error:
        raise ConfigurationError(
            f"port {port} cannot be taken: {error.strerror}",
            "give another --port, or none for a free one",
        ) from None
