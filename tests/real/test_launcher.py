"""Targets start after their upstream and stop with it; commands of the CLI."""

import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.real import __main__, cache, servers
from tests.real.errors import DidNotStart
from tests.real.launcher import run_target, run_target_process
from tests.real.packages import Packages, Step
from tests.real.target import (
    KEY,
    SECOND_KEY,
    Launch,
    LaunchContext,
    RunningServer,
    Target,
)

# A server that returns its environment variables for every GET.
SHOW_ENVIRONMENT = """\
import http.server, json, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
address = ("127.0.0.1", int(sys.argv[1]))
http.server.ThreadingHTTPServer(address, Handler).serve_forever()
"""
FAKE_CONFORMANCE = f"""\
#!{sys.executable}
import sys
print(*sys.argv[1:])
sys.exit(3)
"""


@dataclass(frozen=True)
class NoPackages(Packages):
    """An empty installation."""

    def fingerprint(self) -> dict[str, str]:
        """Return no values."""
        return {}

    def steps(self) -> Iterator[Step]:
        """Yield no steps."""
        yield from ()


def launch_server(context: LaunchContext) -> Launch:
    """Launch the server above with the upstream's URL in ``UPSTREAM``."""
    upstream = context.upstream.url if context.upstream else "none"
    return Launch(
        command=(sys.executable, "-c", SHOW_ENVIRONMENT, str(context.port)),
        environment={"UPSTREAM": upstream},
        model="some-model",
        health_path="/",
    )


def launch_failing(_context: LaunchContext) -> Launch:
    """Launch a process that exits with an error."""
    return Launch(
        command=(sys.executable, "-c", "exit('no')"), model="m", health_path="/"
    )


@pytest.fixture(autouse=True)
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the real targets with fake ones of the same names."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    gateway = Target(
        name="portkey",
        summary="a gateway",
        packages=NoPackages("gateway"),
        launch=launch_server,
        profile="openai",
        deviations=("none",),
        needs_upstream=True,
    )
    upstream = Target(
        name="llama",
        summary="an upstream",
        packages=NoPackages("upstream"),
        launch=launch_server,
        profile="newapi",
        deviations=(),
        has_second_key=True,
        concurrency=2,
    )
    broken = Target(
        name="shepherd",
        summary="a gateway that does not start",
        packages=NoPackages("broken"),
        launch=launch_failing,
        profile="openai",
        deviations=(),
        needs_upstream=True,
    )
    for target in (gateway, upstream, broken):
        target.packages.install()
    monkeypatch.setattr(servers, "TARGETS", (gateway, upstream, broken))


@pytest.fixture
def command_line() -> Iterator[CliRunner]:
    """Restore the signal handlers that the command line replaces."""
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    handlers = {number: signal.getsignal(number) for number in numbers}
    yield CliRunner()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_a_running_server_has_the_values_of_its_target() -> None:
    """For example the second key and the concurrency."""
    with run_target("llama", port=None) as server:
        assert server == RunningServer(
            name="llama",
            url=server.url,
            model="some-model",
            profile="newapi",
            key=KEY,
            second_key=SECOND_KEY,
            concurrency=2,
        )


def test_a_gateway_runs_with_its_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    """It gets the upstream's URL, and no variable of the user."""
    monkeypatch.setenv("OPENAI_API_KEY", "the user's key")
    with run_target("portkey", upstream="llama") as server:
        environment = httpx.get(server.url, trust_env=False).json()
        upstream = httpx.get(environment["UPSTREAM"], trust_env=False).json()

        assert upstream["UPSTREAM"] == "none"
        assert "OPENAI_API_KEY" not in environment
        assert server.second_key is None
        assert server.concurrency == 2
    with pytest.raises(httpx.ConnectError):
        httpx.get(environment["UPSTREAM"], trust_env=False)


def test_the_upstream_of_a_gateway_that_fails_is_stopped(tmp_path: Path) -> None:
    """The upstream is already running when the gateway exits."""
    with pytest.raises(DidNotStart), run_target("shepherd", upstream="llama"):
        pytest.fail("the gateway is running")

    (log,) = (tmp_path / "cache" / "logs").glob("llama-*.log")
    port = log.stem.removeprefix("llama-")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)


def test_the_port_can_be_given() -> None:
    """The port of a stopped server is free again."""
    with run_target_process("llama") as (server, process):
        port = int(server.url.rpartition(":")[2])
        assert process.is_running
    with run_target("llama", port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}"


def test_targets_are_tested_one_after_another(
    command_line: CliRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """A target that does not start counts as exit code 4; the others are tested."""
    program = tmp_path / "conformance"
    program.write_text(FAKE_CONFORMANCE)
    program.chmod(0o755)
    monkeypatch.setattr("tests.real.conformance_run._program", lambda: str(program))
    arguments = ["judge", "shepherd", "llama", "--upstream", "llama"]
    arguments += ["--report-dir", str(tmp_path), "--", "--only", "usage"]
    result = command_line.invoke(__main__.main, arguments)

    assert result.exit_code == 4
    assert "shepherd exited with 1" in result.output
    assert result.output.endswith(
        f"{'shepherd':20} exit code 4\n{'llama':20} exit code 3\n"
    )
    output = capfd.readouterr().out
    assert f"--report-dir {tmp_path}/llama --only usage\n" in output


def test_start_describes_the_server_and_runs_it_until_interrupted(
    command_line: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands in the description can be pasted into a shell."""
    describe = __main__.describe

    def describe_and_interrupt(server: RunningServer) -> None:
        describe(server)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(__main__, "describe", describe_and_interrupt)
    result = command_line.invoke(__main__.main, ["start", "llama"])

    assert result.exit_code == 0, result.output
    assert f"export CONFORMANCE_API_KEY={KEY}\n" in result.output
    assert "--model some-model --profile newapi" in result.output
    assert result.output.endswith("llama has been stopped\n")


def test_install_needs_either_names_or_all(command_line: CliRunner) -> None:
    """A gateway's upstream is installed first."""
    for arguments in (["install"], ["install", "llama", "--all"]):
        result = command_line.invoke(__main__.main, arguments)
        assert result.exit_code == 2
        assert "give either target names or --all" in result.output
    result = command_line.invoke(__main__.main, ["install", "portkey"])
    assert result.exit_code == 0
    assert [line.partition(":")[0] for line in result.output.splitlines()] == [
        "upstream",
        "gateway",
    ]


def test_list_shows_targets_and_their_deviations(
    command_line: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A star marks installed targets."""
    monkeypatch.setattr(__main__, "TARGETS", servers.TARGETS)
    result = command_line.invoke(__main__.main, ["list"])

    assert "* portkey" in result.output
    assert "profile openai, needs an upstream\n" in result.output
    assert "- none\n" in result.output
