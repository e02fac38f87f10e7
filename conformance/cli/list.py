"""``conformance list``: list the requirements of a profile, or known defects."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import click

from conformance.cli.click_options import lang_option


@click.command("list")
@click.option(
    "--profile",
    default="newapi",
    show_default=True,
    metavar="NAME",
    help="Contract to list: newapi, openai or openresponses.",
)
@click.option(
    "--coverage", is_flag=True, help="Count the known defects that are covered."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "markdown"]),
    default="text",
    show_default=True,
    help="Output format; Markdown contains all profiles.",
)
@lang_option("Language of the Markdown list.")
def list_(profile: str, *, coverage: bool, format_: str, lang: str) -> None:
    """List all requirements by section.

    `conformance explain ID` shows more about one of them.
    """
    if format_ == "markdown":
        from conformance.reports.requirements_document import requirements_markdown

        text = requirements_markdown(lang)
    else:
        text = describe_coverage() if coverage else list_requirements(profile)
    click.echo(text, nl=False)


def list_requirements(profile: str) -> str:
    """Return the requirements of a profile by section; raises ``UnknownName``."""
    from conformance.contract.catalogue import catalogue
    from conformance.model.profile import profile_named
    from conformance.model.requirement import CATALOGUE

    selected = profile_named(profile)
    lines = [f"catalogue {CATALOGUE}, profile {selected.name}: {selected.text}"]
    section = ""
    for check in catalogue().for_profile(selected):
        requirement = check.requirement
        if requirement.section != section:
            section = requirement.section
            lines += ["", section]
        level = requirement.level_in(selected.name)
        lines.append(f"  {level:<7}{requirement.id}  {requirement.text}")
    lines += ["", "not tested"]
    for untested in catalogue().untested:
        lines.append(f"  {untested.requirement.id}: {untested.because}")
    return "\n".join(lines) + "\n"


def describe_coverage() -> str:
    """Return how many known kinds of defects are covered, and why others are not."""
    from conformance.contract.known_defects import covered_defects, known_defects

    known, covered = known_defects(), covered_defects()
    uncovered = [defect for defect in known if defect.id not in covered]
    observable = [defect for defect in known if defect.is_observable_by_requests]
    covered_count = len(known) - len(uncovered)
    detected = sum(defect.id in covered for defect in observable)
    undetected = len(observable) - detected
    lines = [
        f"{len(known)} kinds of defects have been reported from deployed servers:",
        f"  {covered_count} are detected by a requirement, as simulated faults show,",
        f"  {len(uncovered)} are not tested, each for the reason below.",
        f"A client can observe {len(observable)} of them, with single requests, pairs",
        "of requests, a second API key or a burst of requests;",
        f"{detected} of these are detected, {undetected} are not tested.",
        "",
        "not tested:",
    ]
    lines += [f"  {d.id}  {d.defect}: {d.untested_because}" for d in uncovered]
    return "\n".join(lines) + "\n"
