"""The jobs that are written: what their servers read, and the commands in them."""

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
from conformance.reference.server import GatewayServer, serving

SCHEMAS = {"github": "vendor.github-workflows", "gitlab": "vendor.gitlab-ci"}
REPORT = {"report.html", "report.json", "junit.xml", "summary.md"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[GatewayServer]:
    """A gateway that keeps the contract."""
    with serving() as running:
        yield running


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    """Return the shell commands of the pipeline, as Groovy reads their text."""
    texts = re.findall(r"sh '''(.*?)'''", render_template("jenkins"), re.DOTALL)
    return [text.replace("\\\\", "\\") for text in texts]


def tox() -> list[str]:
    """Return the commands of the environment, its substitutions made for a shell."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(render_template("tox"))
    command = parser["testenv:conformance"]["commands"].strip()
    named = re.sub(r"\{env:(\w+):([^}]*)\}", r'"${\1:-\2}"', command)
    return ["python -m pip install x", named.replace("{posargs}", "")]


COMMANDS = {"github": github, "gitlab": gitlab, "jenkins": jenkins, "tox": tox}


def ran(command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a CI server does: a shell that stops at the first error."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONFORMANCE_", "GITHUB_"))
    }
    here = str(Path(sys.executable).parent)
    return subprocess.run(  # noqa: S603 -- the job's own command
        ["/bin/sh", "-e", "-c", command],
        env={**kept, **environ, "PATH": f"{here}{os.pathsep}{kept['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_every_job_installs_a_pinned_version_first(kind: str) -> None:
    """An upgrade is a change that somebody makes."""
    install, *_ = COMMANDS[kind]()

    assert "pip install" in install
    assert re.search(r"responses-conformance==\d", render_template(kind))
    assert "@INSTALL@" not in render_template(kind)
    assert "'/a b/x.whl'" in render_template("github", "/a b/x.whl")


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_the_commands_of_a_job_judge_a_gateway(
    kind: str, gateway: GatewayServer
) -> None:
    """With the key and the names in the environment; the report is where it is kept."""
    _, judge = COMMANDS[kind]()
    done = ran(
        judge,
        CONFORMANCE_API_KEY=gateway.key,
        CONFORMANCE_URL=gateway.url,
        CONFORMANCE_MODEL=gateway.model,
        CONFORMANCE_ONLY="usage",
        CONFORMANCE_GENERATED="0",
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in Path("conformance-report").iterdir()} >= REPORT
    assert "conformance-report" in render_template(kind)
    assert gateway.key not in done.stdout + done.stderr


@pytest.mark.parametrize("kind", CI_TEMPLATES)
@pytest.mark.parametrize("url", ["", None])
def test_a_job_without_a_url_fails(kind: str, url: str | None) -> None:
    """It must not judge the gateway that the suite carries, and be green."""
    _, judge = COMMANDS[kind]()
    given = {} if url is None else {"CONFORMANCE_URL": url}
    done = ran(judge, CONFORMANCE_API_KEY="sk-x", CONFORMANCE_MODEL="m", **given)

    assert done.returncode not in {0, 1}
    assert "CONFORMANCE_URL" in done.stderr


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_a_job_without_a_key_fails(kind: str, gateway: GatewayServer) -> None:
    """With the code for wrong usage."""
    _, judge = COMMANDS[kind]()
    done = ran(judge, CONFORMANCE_URL=gateway.url, CONFORMANCE_MODEL="m")

    assert done.returncode == 2
    assert "no key" in done.stderr


@pytest.mark.parametrize("kind", SCHEMAS)
def test_what_a_server_reads_keeps_its_schema(kind: str) -> None:
    """By the schemas that are published for workflows and pipelines."""
    Path("job.yml").write_text(render_template(kind), "utf-8")
    done = subprocess.run(  # noqa: S603 -- a checker of ours
        [
            *(sys.executable, "-m", "check_jsonschema"),
            *("--builtin-schema", SCHEMAS[kind], "job.yml"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_may_only_read_and_hands_the_key_to_one_step() -> None:
    """What is installed from elsewhere never sees it."""
    workflow: Any = yaml.safe_load(render_template("github"))
    job = workflow["jobs"]["responses"]
    having = [s["name"] for s in job["steps"] if "secrets." in str(s)]

    assert workflow["permissions"] == {"contents": "read"}
    assert having == ["Judge"]
    assert "secrets." not in str({**job, "steps": []})


def test_the_jenkinsfile_is_a_declarative_pipeline() -> None:
    """Its braces are balanced outside of strings, and its sections are those known."""
    text = render_template("jenkins")
    bare = re.sub(r"'''.*?'''|'[^'\n]*'|//[^\n]*", "''", text, flags=re.DOTALL)
    depth, sections = 0, []
    for line in bare.splitlines():
        if depth == 1 and (named := re.fullmatch(r"    (\w+)(?: any| \{)", line)):
            sections.append(named[1])
        depth += line.count("{") - line.count("}")
        assert depth >= 0
    known = ["agent", "options", "triggers", "parameters", "environment"]

    assert depth == 0
    assert sections == [*known, "stages", "post"]
    assert bare.count("(") == bare.count(")")
    assert len(jenkins()) == text.count("stage('") == 2
    assert "credentials(" in text


@pytest.mark.parametrize("kind", CI_TEMPLATES)
def test_a_file_that_is_there_is_left_alone(kind: str) -> None:
    """Unless --force says otherwise."""
    first = invoke(kind)
    path = Path(CI_TEMPLATES[kind].path)
    made = path.read_text("utf-8")
    path.write_text("mine", "utf-8")
    again = invoke(kind)
    kept = path.read_text("utf-8")
    forced = invoke(kind, "--force")

    assert first.exit_code == 0
    assert made == render_template(kind)
    assert again.exit_code == 2
    assert "is there already" in again.output
    assert kept == "mine"
    assert forced.exit_code == 0
    assert path.read_text("utf-8") == made


def test_a_job_can_be_shown_and_put_elsewhere() -> None:
    """A section to be copied, a file to be included."""
    assert invoke("tox", "--output", "-").output == render_template("tox")
    assert not Path("tox.ini").exists()
    assert invoke("gitlab", "--output", "ci/c.yml", "--install", "./x").exit_code == 0
    assert "pip install ./x" in Path("ci/c.yml").read_text("utf-8")


def test_an_unknown_server_is_told_from_the_known() -> None:
    """With the nearest name."""
    result = invoke("gitlub")

    assert result.exit_code == 2
    assert re.search(r"did you mean 'git(lab|hub)'\?", result.output)
