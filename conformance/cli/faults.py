"""``conformance faults``: list the faults of the embedded gateway."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import click


@click.command()
def faults() -> None:
    """List the faults that the embedded gateway can simulate.

    Each line names a fault for `conformance serve --fault`, followed by the
    requirements that fail with it.
    """
    from conformance.reference.faults import FAULTS

    for name, fault in sorted(FAULTS.items()):
        click.echo(f"{name}: {fault.text}")
        click.echo(f"    breaks {', '.join(sorted(fault.breaks))}")
