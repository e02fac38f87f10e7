"""``conformance init``: a job for somebody's CI server, ready to run."""

import shlex
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import click

import conformance
from conformance.errors import ConfigurationError, UnknownName

STDOUT: Final = "-"
_MARK: Final = "@INSTALL@"


@dataclass(frozen=True)
class CiTemplate:
    """One kind of job: our template, where its server looks, and what is left to do."""

    template: str
    path: str
    then: str
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
        "set the three variables that its first lines name, and a schedule",
    ),
    "jenkins": CiTemplate(
        "Jenkinsfile",
        "Jenkinsfile",
        "add the credential that its first lines name, and fill in both defaults",
    ),
    "tox": CiTemplate(
        "tox.ini",
        "tox.ini",
        "export the three variables that its first lines name; tox -e conformance",
        shell=False,
    ),
}


def render_template(kind: str, install: str = "") -> str:
    """Return the file of a job; ``install`` is what pip is to install.

    Raises ``UnknownName``.
    """
    if kind not in CI_TEMPLATES:
        raise UnknownName.of("kind of job", kind, CI_TEMPLATES)
    job = CI_TEMPLATES[kind]
    wanted = install or f"responses-conformance=={conformance.__version__}"
    template = resources.files("conformance.cli") / "ci_templates" / job.template
    told = shlex.quote(wanted) if job.shell else wanted
    return template.read_text("utf-8").replace(_MARK, told)


def _refusal(kind: str, path: Path) -> ConfigurationError:
    elsewhere = {
        "gitlab": "--output conformance.gitlab-ci.yml and include that file in yours",
        "tox": "--output - and copy the section into yours",
    }.get(kind, "--output with another path")
    return ConfigurationError(
        f"{path} is there already, and was left as it is",
        f"give {elsewhere}, or --force to write over it",
    )


def init(kind: str, output: str, install: str, *, force: bool) -> int:
    """Write the job file; raises ``SuiteError`` rather than write over a file."""
    text = render_template(kind, install)
    if output == STDOUT:
        click.echo(text, nl=False)
        return 0
    path = Path(output or CI_TEMPLATES[kind].path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("w" if force else "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise _refusal(kind, path) from None
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be written: {error.strerror}"
        ) from None
    click.echo(f"written: {path}; now {CI_TEMPLATES[kind].then}")
    return 0
