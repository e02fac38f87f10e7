"""A target comes up with its upstream before it, and goes down with it."""

import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from tests.real import __main__, home, servers
from tests.real.errors import DidNotStart
from tests.real.packages import Packages, Step
from tests.real.running import running, running_process
from tests.real.target import KEY, SECOND_KEY, Launch, Running, Site, Target

# It answers every GET with its own environment.
SHOWS = """\
import http.server, json, os, sys
class Shows(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(dict(os.environ)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Shows).serve_forever()
"""
JUDGE = f"""\
#!{sys.executable}
import sys
print(*sys.argv[1:])
sys.exit(3)
"""


@dataclass(frozen=True)
class Nothing(Packages):
    """Packages without a file."""

    def wanted(self) -> dict[str, str]:
        """Want nothing."""
        return {}

    def steps(self) -> Iterator[Step]:
        """Do nothing."""
        yield from ()


def shows(site: Site) -> Launch:
    """Launch the server above; its variable names the upstream."""
    behind = site.upstream.url if site.upstream else "nothing"
    return Launch(
        command=(sys.executable, "-c", SHOWS, str(site.port)),
        environment={"BEHIND": behind},
        model="some-model",
        ready="/",
    )


def ends(_site: Site) -> Launch:
    """Launch what ends at once."""
    return Launch(command=(sys.executable, "-c", "exit('no')"), model="m", ready="/")


@pytest.fixture(autouse=True)
def targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put harmless targets in the places of real ones."""
    monkeypatch.setenv(home.VARIABLE, str(tmp_path / "cache"))
    gateway = Target(
        name="portkey",
        summary="a gateway",
        packages=Nothing("gateway"),
        launch=shows,
        profile="openai",
        deviations=("none",),
        needs_upstream=True,
    )
    upstream = Target(
        name="llama",
        summary="an upstream",
        packages=Nothing("upstream"),
        launch=shows,
        profile="newapi",
        deviations=(),
        has_second_key=True,
        concurrency=2,
    )
    broken = Target(
        name="shepherd",
        summary="a gateway that ends at once",
        packages=Nothing("broken"),
        launch=ends,
        profile="openai",
        deviations=(),
        needs_upstream=True,
    )
    for target in (gateway, upstream, broken):
        target.packages.install()
    monkeypatch.setattr(servers, "TARGETS", (gateway, upstream, broken))


@pytest.fixture
def command_line() -> Iterator[CliRunner]:
    """Give the signals back that the command line takes."""
    kept = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    handlers = {number: signal.getsignal(number) for number in kept}
    yield CliRunner()
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_an_upstream_is_told_all_about_itself() -> None:
    """Its second key and its concurrency are those of its target."""
    with running("llama", port=None) as server:
        assert server == Running(
            name="llama",
            url=server.url,
            model="some-model",
            profile="newapi",
            key=KEY,
            second_key=SECOND_KEY,
            concurrency=2,
        )


def test_a_gateway_stands_before_its_upstream(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows where that is, and none of our own variables."""
    monkeypatch.setenv("OPENAI_API_KEY", "of the user")
    with running("portkey", upstream="llama") as server:
        environment = httpx.get(server.url, trust_env=False).json()
        behind = httpx.get(environment["BEHIND"], trust_env=False).json()

        assert behind["BEHIND"] == "nothing"
        assert "OPENAI_API_KEY" not in environment
        assert server.second_key is None
        assert server.concurrency == 2
    with pytest.raises(httpx.ConnectError):
        httpx.get(environment["BEHIND"], trust_env=False)


def test_the_upstream_of_what_does_not_start_is_ended(tmp_path: Path) -> None:
    """The upstream was up already when the gateway ended."""
    with pytest.raises(DidNotStart), running("shepherd", upstream="llama"):
        pytest.fail("it is not running")

    (log,) = (tmp_path / "cache" / "logs").glob("llama-*.log")
    port = log.stem.removeprefix("llama-")
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)


def test_a_port_may_be_chosen() -> None:
    """The one that was free a moment ago is free again."""
    with running_process("llama") as (server, process):
        port = int(server.url.rpartition(":")[2])
        assert process.alive
    with running("llama", port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}"


def test_several_targets_are_judged_in_turn(
    command_line: CliRunner,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """What does not start is told and counts as our error; the rest is judged."""
    program = tmp_path / "conformance"
    program.write_text(JUDGE)
    program.chmod(0o755)
    monkeypatch.setattr("tests.real.judging._program", lambda: str(program))
    words = ["judge", "shepherd", "llama", "--upstream", "llama"]
    words += ["--report-dir", str(tmp_path), "--", "--only", "usage"]
    ended = command_line.invoke(__main__.main, words)

    assert ended.exit_code == 4
    assert "shepherd ended with 1" in ended.output
    assert ended.output.endswith(
        f"{'shepherd':20} exit code 4\n{'llama':20} exit code 3\n"
    )
    told = capfd.readouterr().out
    assert f"--report-dir {tmp_path}/llama --only usage\n" in told


def test_a_started_server_is_described_until_it_is_interrupted(
    command_line: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The description can be pasted into a shell."""
    describe = __main__.describe

    def describe_and_interrupt(server: Running) -> None:
        describe(server)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(__main__, "describe", describe_and_interrupt)
    ended = command_line.invoke(__main__.main, ["start", "llama"])

    assert ended.exit_code == 0, ended.output
    assert f"export CONFORMANCE_API_KEY={KEY}\n" in ended.output
    assert "--model some-model --profile newapi" in ended.output
    assert ended.output.endswith("llama has ended\n")


def test_an_installation_names_its_targets(command_line: CliRunner) -> None:
    """Neither nothing nor a contradiction installs anything."""
    for words in (["install"], ["install", "llama", "--all"]):
        ended = command_line.invoke(__main__.main, words)
        assert ended.exit_code == 2
        assert "name targets, or give --all" in ended.output
    ended = command_line.invoke(__main__.main, ["install", "portkey"])
    assert ended.exit_code == 0
    assert [line.partition(":")[0] for line in ended.output.splitlines()] == [
        "upstream",
        "gateway",
    ]


def test_the_list_shows_what_is_installed_and_known(
    command_line: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A star marks what is installed."""
    monkeypatch.setattr(__main__, "TARGETS", servers.TARGETS)
    ended = command_line.invoke(__main__.main, ["list"])

    assert "* portkey" in ended.output
    assert "profile openai, over an upstream\n" in ended.output
    assert "- none\n" in ended.output
