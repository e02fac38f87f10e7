"""``conformance serve``: run the embedded gateway."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import difflib
import sys
from collections.abc import Iterable

import click

from conformance.errors import ConfigurationError, UnknownName

MAX_SUGGESTIONS = 5


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="Port to listen on [default: a free port].",
)
@click.option(
    "--profile",
    default="newapi",
    show_default=True,
    metavar="NAME",
    help="Contract to implement: newapi, openai or openresponses.",
)
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="NAME",
    help="Fault to simulate, see `conformance faults`; can be repeated.",
)
@click.option(
    "--latency",
    type=click.FloatRange(0),
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="Delay before each response, in seconds.",
)
def serve(port: int, profile: str, faults: tuple[str, ...], latency: float) -> None:
    """Run the embedded gateway until Ctrl-C."""
    from conformance.model.profile import profile_named
    from conformance.reference.faults import FAULTS
    from conformance.reference.server import serve as serve_gateway

    profile_named(profile)
    for name in faults:
        if name not in FAULTS:
            raise _unknown_fault(name, FAULTS)
    try:
        serve_gateway(
            port,
            faults=[FAULTS[name] for name in faults],
            profile=profile,
            latency=latency,
            announce=_announce,
        )
    except OSError as error:
        raise ConfigurationError(
            f"cannot listen on port {port}: {error.strerror}",
            "choose another --port, or omit it to use a free port",
        ) from None


def _unknown_fault(name: str, known: Iterable[str]) -> UnknownName:
    """Return an error that suggests similar names instead of listing all faults."""
    near = difflib.get_close_matches(name, list(known), MAX_SUGGESTIONS, cutoff=0.5)
    names = ", ".join(repr(each) for each in near)
    suggestion = f"did you mean {names}? " if near else ""
    return UnknownName(
        f"unknown fault: {name!r}",
        f"{suggestion}`conformance faults` lists all of them",
    )


def _announce(url: str) -> None:
    """Print the commands that test the gateway at ``url``."""
    from conformance.reference.gateway import KEY, MODEL, SECOND_KEY

    click.echo(f"serving {url}/v1/responses, model {MODEL}")
    click.echo(f"  export CONFORMANCE_API_KEY={KEY}")
    click.echo(f"  export CONFORMANCE_SECOND_KEY={SECOND_KEY}")
    click.echo(f"  conformance run {url} --model {MODEL}")
    sys.stdout.flush()
