"""``conformance explain``: describe one requirement."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from conformance.model.check import Check
    from conformance.model.requirement import Requirement

WIDTH = 80
"""Maximum length of an output line in characters."""


@click.command()
@click.argument("requirement_id", metavar="ID")
def explain(requirement_id: str) -> None:
    """Describe one requirement and the faults that break it.

    `conformance list` shows every requirement id.
    """
    click.echo(describe(requirement_id), nl=False)


def describe(requirement_id: str) -> str:
    """Return the description of a requirement; raises ``UnknownName``."""
    from conformance.contract.catalogue import catalogue

    check = catalogue().find(requirement_id)
    requirement = check.requirement
    lines = [requirement.id, *_paragraph(requirement.text)]
    for title, paragraphs in _parts(check):
        lines += ["", f"{title}:"]
        for paragraph in paragraphs:
            lines += _paragraph(paragraph)
    lines += ["", "Faults of the embedded gateway that break it:"]
    for fault in _faults_breaking(requirement) or ["none"]:
        lines += _paragraph(fault)
    return "\n".join(lines) + "\n"


def _paragraph(text: str) -> list[str]:
    """Return the lines of a paragraph, wrapped and indented by two spaces."""
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _parts(check: "Check") -> Iterator[tuple[str, list[str]]]:
    """Yield the title and the paragraphs of each part of the description."""
    requirement = check.requirement
    yield "Level", _levels(requirement)
    yield "Source", [requirement.source]
    evaluated_on = (
        [f"Evaluated on: {check.scope.name}."]
        if check.scope
        else [f"Probe {probe.name}: {probe.text}" for probe in check.probes]
    )
    yield "How it is checked", [*check.text.split("\n\n"), *evaluated_on]
    if requirement.cause:
        yield "Usual cause of a failure", [requirement.cause]


def _levels(requirement: "Requirement") -> list[str]:
    """Return the paragraph about the default level and its exceptions.

    It names the levels in other profiles, the profiles to which the requirement is
    limited, and the capability that it needs.
    """
    from conformance.model.requirement import Capability

    levels = [f"{level} in {profile}" for profile, level in requirement.levels.items()]
    if requirement.profiles:
        levels.append(f"only in {', '.join(sorted(requirement.profiles))}")
    if requirement.needs is not Capability.CORE:
        levels.append(f"needs the capability {requirement.needs}")
    return ["; ".join([str(requirement.level), *levels])]


def _faults_breaking(requirement: "Requirement") -> list[str]:
    """Return name and description of each fault that breaks the requirement."""
    from conformance.reference.faults import FAULTS

    return [
        f"{fault.name}: {fault.text}"
        for fault in FAULTS.values()
        if requirement.id in fault.breaks
    ]
