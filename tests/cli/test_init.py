"""The CI jobs that ``conformance init`` writes, and the commands in them."""

import configparser
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click.testing
import pytest
import yaml

from conformance.cli.app import main
from conformance.cli.init import CI_TEMPLATES, render_template
from conformance.reference.server import GatewayServer, gateway_server

SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
REPORT = {"report.html", "report.json", "junit.xml", "summary.md"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayServer]:
    """Start a conforming gateway."""
    with gateway_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _in_an_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty directory."""
    monkeypatch.chdir(tmp_path)


def invoke(*argv: str) -> click.testing.Result:
    """Run the command line in this process."""
    return click.testing.CliRunner().invoke(main, ["init", *argv])


def github() -> list[str]:
    """Return the shell commands of the workflow."""
    job: Any = yaml.safe_load(render_template("github"))["jobs"]["responses"]
    return [step["run"] for step in job["steps"] if "run" in step]


def gitlab() -> list[str]:
    """Return the shell commands of the pipeline."""
    script: list[str] = yaml.safe_load(render_template("gitlab"))["conformance"][
        "script"
    ]
    return script


def jenkins() -> list[str]:
    """Return the shell commands of the pipeline, after Groovy has unescaped them."""
    texts = re.findall(r"sh '''(.*?)'''", render_template("jenkins"), re.DOTALL)
    return [text.replace("\\\\", "\\") for text in texts]


def tox() -> list[str]:
    """Return the commands of the environment, with substitutions for a shell."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(render_template("tox"))
    command = parser["testenv:conformance"]["commands"].strip()
    shell = re.sub(r"\{env:(\w+):([^}]*)\}", r'"${\1:-\2}"', command)
    return ["python -m pip install x", shell.replace("{posargs}", "")]


COMMANDS = {"github": github, "gitlab": gitlab, "jenkins": jenkins, "tox": tox}


def run(command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command like a CI server, in a shell that stops at the first error."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONFORMANCE_", "GITHUB_"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    return subprocess.run(  # noqa: S603 -- a command of the template
        ["/bin/sh", "-e", "-c", command],
        env={**inherited, **environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_job_installs_a_pinned_version_first(kind: str) -> None:
    """An upgrade needs a change of the job."""
    install, *_ = COMMANDS[kind]()

    assert "pip install" in install
    assert re.search(r"responses-conformance==\d", render_template(kind))
    assert "@INSTALL@" not in render_template(kind)
    assert "'/a b/x.whl'" in render_template("github", "/a b/x.whl")


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_commands_of_a_job_test_a_gateway(kind: str, gateway: GatewayServer) -> None:
    """The report is in the directory that the job uploads."""
    _, command = COMMANDS[kind]()
    result = run(
        command,
        CONFORMANCE_API_KEY=gateway.key,
        CONFORMANCE_URL=gateway.url,
        CONFORMANCE_MODEL=gateway.model,
        CONFORMANCE_ONLY="usage",
        CONFORMANCE_GENERATED="0",
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert {path.name for path in Path("conformance-report").iterdir()} >= REPORT
    assert "conformance-report" in render_template(kind)
    assert gateway.key not in result.stdout + result.stderr


@pytest.mark.parametrize("kind", CI_TEMPLATES)
@pytest.mark.parametrize("url", ["", None])
def test_job_without_a_url_fails(kind: str, url: str | None) -> None:
    """It must not pass by testing the embedded gateway."""
    _, command = COMMANDS[kind]()
    variables = {} if url is None else {"CONFORMANCE_URL": url}
    result = run(
        command, CONFORMANCE_API_KEY="sk-x", CONFORMANCE_MODEL="m", **variables
    )

    assert result.returncode not in {0, 1}
    assert "CONFORMANCE_URL" in result.stderr


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_job_without_a_key_fails(kind: str, gateway: GatewayServer) -> None:
    """With the exit code of a usage error."""
    _, command = COMMANDS[kind]()
    result = run(command, CONFORMANCE_URL=gateway.url, CONFORMANCE_MODEL="m")

    assert result.returncode == 2
    assert "no API key" in result.stderr


@pytest.mark.parametrize("kind", SCHEMAS)
def test_job_conforms_to_the_schema_of_its_ci_server(kind: str) -> None:
    """The published schemas of workflows and pipelines."""
    Path("job.yml").write_text(render_template(kind), "utf-8")
    result = subprocess.run(  # noqa: S603 -- this interpreter
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", SCHEMAS[kind], "job.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_workflow_has_read_access_and_one_step_gets_the_key() -> None:
    """The step that installs packages has no access to it."""
    workflow: Any = yaml.safe_load(render_template("github"))
    job = workflow["jobs"]["responses"]
    steps = [s["name"] for s in job["steps"] if "secrets." in str(s)]

    assert workflow["permissions"] == {"contents": "read"}
    assert steps == ["Test"]
    assert "secrets." not in str({**job, "steps": []})


def test_jenkinsfile_is_a_declarative_pipeline() -> None:
    """Braces are balanced outside of strings, and all sections are known."""
    text = render_template("jenkins")
    code = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "''", text, flags=re.DOTALL)
    depth, sections = 0, []
    for line in code.splitlines():
        if depth == 1 and (match := re.fullmatch(r"    (\w+)(?: any| \{)", line)):
            sections.append(match[1])
        depth += line.count("{") - line.count("}")
        assert depth >= 0
    known = ["agent", "options", "triggers", "parameters", "environment"]

    assert depth == 0
    assert sections == [*known, "stages", "post"]
    assert code.count("(") == code.count(")")
    assert len(jenkins()) == text.count("stage('") == 2
    assert "credentials(" in text


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_existing_file_is_overwritten_only_with_force(kind: str) -> None:
    """The error names the file."""
    first = invoke(kind)
    path = Path(CI_TEMPLATES[kind].path)
    original = path.read_text("utf-8")
    path.write_text("mine", "utf-8")
    again = invoke(kind)
    unchanged = path.read_text("utf-8")
    forced = invoke(kind, "--force")

    assert first.exit_code == 0
    assert original == render_template(kind)
    assert again.exit_code == 2
    assert "already exists; not overwritten" in again.output
    assert unchanged == "mine"
    assert forced.exit_code == 0
    assert path.read_text("utf-8") == original


def test_job_can_be_printed_or_written_to_another_file() -> None:
    """To copy a section, or to include a file."""
    assert invoke("tox", "--output", "-").output == render_template("tox")
    assert not Path("tox.ini").exists()
    assert invoke("gitlab", "--output", "ci/c.yml", "--install", "./x").exit_code == 0
    assert "pip install ./x" in Path("ci/c.yml").read_text("utf-8")


def test_unknown_ci_server_suggests_the_closest_name() -> None:
    """As a usage error."""
    result = invoke("gitlub")

    assert result.exit_code == 2
    assert re.search(r"did you mean 'git(lab|hub)'\?", result.output)
