"""``conformance init``: write a CI job."""

# ruff: noqa: PLC0415 -- slow imports wait until the command runs

import shlex
from pathlib import Path
from typing import Final, NamedTuple

import click

import conformance
from conformance.errors import ConfigurationError, UnknownName

STDOUT: Final = "-"
"""Value of ``--output`` that prints the job."""

_PLACEHOLDER: Final = "@INSTALL@"
"""String in a template that is replaced by the requirement that pip installs."""


@click.command()
@click.argument("kind", metavar="github|gitlab|jenkins|tox")
@click.option(
    "--output",
    metavar="FILE",
    help="File to write, or - to print it [default: where the CI server looks for it].",
)
@click.option(
    "--install",
    metavar="SPEC",
    help="Requirement that pip installs [default: this version of conformance].",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def init(kind: str, *, output: str | None, install: str | None, force: bool) -> None:
    """Write a CI job that tests a gateway."""
    text = render_template(kind, install or "")
    if output == STDOUT:
        click.echo(text, nl=False)
        return
    template = CI_TEMPLATES[kind]
    path = Path(output or template.path)
    _write(path, text, kind, force=force)
    click.echo(f"written: {path}; now {template.next_step}")


class CiTemplate(NamedTuple):
    """A template of a CI job.

    ``template`` is the name of its file, ``path`` the default output path, and
    ``next_step`` what the user must do afterwards. If ``shell`` is true, a shell parses
    the line that installs conformance, so the requirement is quoted.
    """

    template: str
    path: str
    next_step: str
    shell: bool = True


CI_TEMPLATES: Final = {
    "github": CiTemplate(
        "github.yml",
        ".github/workflows/conformance.yml",
        "set the secret and the two variables that its first lines name",
    ),
    "gitlab": CiTemplate(
        "gitlab.yml",
        ".gitlab-ci.yml",
        "set the three variables that its first lines name, and create a schedule",
    ),
    "jenkins": CiTemplate(
        "Jenkinsfile",
        "Jenkinsfile",
        "add the credential that its first lines name, and set both default values",
    ),
    "tox": CiTemplate(
        "tox.ini",
        "tox.ini",
        "export the three variables that its first lines name, and run"
        " `tox -e conformance`",
        shell=False,
    ),
}


def render_template(kind: str, install: str = "") -> str:
    """Return the text of a CI job; ``install`` is the requirement that pip installs.

    Raises ``UnknownName``.
    """
    from importlib import resources

    if kind not in CI_TEMPLATES:
        raise UnknownName.of("kind of CI job", kind, CI_TEMPLATES)
    template = CI_TEMPLATES[kind]
    spec = install or f"responses-conformance=={conformance.__version__}"
    quoted = shlex.quote(spec) if template.shell else spec
    folder = resources.files("conformance.cli") / "ci_templates"
    text = (folder / template.template).read_text("utf-8")
    return text.replace(_PLACEHOLDER, quoted)


def _write(path: Path, text: str, kind: str, *, force: bool) -> None:
    """Write the job to ``path``; overwrite an existing file only with ``force``.

    Raises ``ConfigurationError`` if the file exists or cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise _already_exists(kind, path) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}"
        ) from None


def _already_exists(kind: str, path: Path) -> ConfigurationError:
    """Return the error for an existing file, with the alternatives for this kind."""
    alternative = {
        "gitlab": "--output conformance.gitlab-ci.yml and include that file in yours",
        "tox": "--output - and copy the section into your file",
    }.get(kind, "another --output")
    return ConfigurationError(
        f"{path} already exists; not overwritten",
        f"use {alternative}, or --force to overwrite it",
    )
