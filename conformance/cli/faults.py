"""``conformance faults``: list the faults of the embedded gateway."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import click


@click.command()
def faults() -> None:
    """List the faults that the embedded gateway can simulate.

    The first line of each fault starts with its name for `conformance serve
    --fault`. The second line lists the requirements that fail with it.
    """
    from conformance.reference.faults import FAULTS

    for name, fault in sorted(FAULTS.items()):
        click.echo(f"{name}: {fault.text}")
        click.echo(f"    breaks {', '.join(sorted(fault.breaks))}")
