"""Test several targets at the same time, each in its own process.

Each process runs ``conformance run``. Limits such as the request rate therefore apply
to each target separately. An option that the table of a target omits comes from a
``CONFORMANCE_*`` variable or from ``conformance.toml``.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from conformance.cli.click_options import parse_options
from conformance.cli.embedded import start_embedded_gateway
from conformance.cli.error_handling import INTERRUPTED
from conformance.cli.option_files import FileOptions, read_toml
from conformance.cli.options import settings_from
from conformance.config.options import OPTIONS
from conformance.config.types import YesNo
from conformance.errors import INTERNAL_ERROR, ConfigurationError
from conformance.reports import saved

EMBEDDED: Final = "embedded"
"""Value of ``url`` that selects the embedded gateway."""

_TARGET_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A valid target name, which is also the name of a subdirectory."""

_GRACE_PERIOD_S: Final = 15.0
"""Maximum time in seconds that an interrupted run may take to write its report."""


@dataclass(frozen=True)
class FinishedRun:
    """The finished run of one target: report directory, exit code, printed output."""

    name: str
    directory: Path
    exit_code: int
    output: str

    @property
    def has_report(self) -> bool:
        """Return whether the run wrote ``report.json``."""
        return (self.directory / saved.FILE).is_file()


@dataclass
class _RunningProcess:
    name: str
    directory: Path
    process: subprocess.Popen[str]


def read(path: Path) -> dict[str, FileOptions]:
    """Return the options of each target in a TOML file, by the name of the target.

    An option above the first table applies to every target whose table does not set
    it. Raises ``ConfigurationError`` or ``UnknownName``.
    """
    document = read_toml(path)
    tables = document.pop("targets", None)
    if not isinstance(tables, dict) or not tables:
        raise ConfigurationError(
            f"{path} contains no target",
            'add a table for each: [targets.a] url = "https://…"',
        )
    common = FileOptions.of_table(document, str(path))
    targets = {}
    for name, table in tables.items():
        if not _TARGET_NAME.fullmatch(name):
            raise ConfigurationError(
                f"{path}: invalid target name {name!r}",
                "use letters, digits, dots, dashes and underscores",
            )
        if not isinstance(table, dict):
            raise ConfigurationError(
                f"{path}: targets.{name} must be a table",
                f'write [targets.{name}] and below it url = "https://…"',
            )
        location = f"{path}, targets.{name}"
        targets[name] = common | FileOptions.of_table(table, location)
        _validate(targets[name].values, location)
    return targets


def _validate(options: Mapping[str, object], location: str) -> None:
    """Raise ``ConfigurationError`` if a target lacks an option or sets a wrong one.

    Every target needs a URL, and every target except the embedded gateway the name of
    its key variable. No target may set the options that the comparison sets.
    """
    for option in OPTIONS:
        if option.name in {"report-dir", "format"} and option.key in options:
            raise ConfigurationError(
                f"{location} sets {option.name}",
                f"remove {option.name}; the comparison sets it for all targets",
            )
    if not options.get("url"):
        raise ConfigurationError(
            f"{location} has no url",
            f'set url, or url = "{EMBEDDED}" for the embedded gateway',
        )
    if options["url"] != EMBEDDED and not options.get("api_key_env"):
        raise ConfigurationError(
            f"{location} has no api-key-env",
            "set api-key-env; keys are never shared between targets",
        )


@dataclass(frozen=True)
class PreparedTarget:
    """A target with validated options, and what its process gets.

    ``arguments`` are those of ``conformance run``. ``environ`` are the environment
    variables, which include the API keys.
    """

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str] = field(repr=False)
    profile: str
    catalogue: str


def prepare(
    targets: Mapping[str, FileOptions],
    environ: Mapping[str, str],
    stack: ExitStack,
) -> Iterator[PreparedTarget]:
    """Validate the options of each target and yield the prepared target.

    Starts an embedded gateway for each target that selects it; ``stack`` stops it.
    Raises ``ConformanceError``.
    """
    for name, file_options in targets.items():
        given, variables = dict(file_options.values), dict(environ)
        if is_embedded := given["url"] == EMBEDDED:
            del given["url"]
        options = parse_options(given, locations=file_options.locations)
        if is_embedded:
            profile = options["profile"].name
            gateway_options, gateway_keys = start_embedded_gateway(profile, stack)
            given |= gateway_options
            options |= gateway_options
            variables |= gateway_keys
        try:
            settings = settings_from(options, variables)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"target {name}: {error.message}", error.hint
            ) from None
        yield PreparedTarget(
            name,
            [*_arguments(given, shrink=settings.shrink)],
            variables,
            settings.profile.name,
            settings.catalogue,
        )


def _arguments(given: Mapping[str, str | list[str]], *, shrink: bool) -> Iterator[str]:
    """Yield the arguments of ``conformance run`` for the options of one target.

    ``shrink`` is the parsed value of the only option of type ``YesNo``.
    """
    for option in OPTIONS:
        values = given.get(option.key, [])
        for value in [values] if isinstance(values, str) else values:
            if option.name == "url":
                yield value
            elif isinstance(option.type, YesNo):
                yield f"--{option.name}" if shrink else f"--no-{option.name}"
            else:
                yield f"--{option.name}={value}"


def run(
    targets: Sequence[PreparedTarget],
    directory: Path,
    on_finished: Callable[[FinishedRun], None],
) -> list[FinishedRun]:
    """Test all targets at the same time.

    The report of each target is written to the subdirectory of ``directory`` that has
    the name of the target. ``on_finished`` is called for each finished run. On Ctrl-C
    every run is interrupted, and still writes a report of what was tested until then.
    """
    directory.mkdir(parents=True, exist_ok=True)
    processes = list[_RunningProcess]()
    with _terminating(processes):
        for target in targets:
            processes.append(_start(target, directory / target.name))
        finished = list[FinishedRun]()
        try:
            for running in processes:
                finished.append(_wait(running))
                on_finished(finished[-1])
        except KeyboardInterrupt:
            for running in processes:
                if sys.platform != "win32":  # on Windows, Ctrl-C has reached it already
                    running.process.send_signal(signal.SIGINT)
            for running in processes[len(finished) :]:
                finished.append(_wait_after_interrupt(running))
                on_finished(finished[-1])
        return finished


def _start(target: PreparedTarget, directory: Path) -> _RunningProcess:
    process = subprocess.Popen(  # noqa: S603 -- this interpreter and this package
        _command(target.arguments, directory),
        env=_without_github_variables(target.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        process_group=0,  # Ctrl-C reaches the process only through `run`
    )
    return _RunningProcess(target.name, directory, process)


def _command(arguments: Sequence[str], directory: Path) -> list[str]:
    formats = next(o.shown_default for o in OPTIONS if o.name == "format")
    return [
        *(sys.executable, "-m", "conformance", "run", *arguments),
        *("--quiet", f"--format={formats}", f"--report-dir={directory}"),
    ]


def _without_github_variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without those that make a run write to GitHub Actions."""
    return {k: v for k, v in environ.items() if not k.startswith("GITHUB_")}


@contextmanager
def _terminating(processes: Sequence[_RunningProcess]) -> Iterator[None]:
    """Terminate the processes that still run when the ``with`` block ends.

    Within the block, SIGTERM has the same effect as Ctrl-C.
    """
    previous_handler = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, previous_handler)
        for running in processes:
            if running.process.poll() is None:
                running.process.terminate()
                running.process.communicate()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _wait(running: _RunningProcess, timeout: float | None = None) -> FinishedRun:
    output, _ = running.process.communicate(timeout=timeout)
    exit_code = running.process.returncode
    return FinishedRun(running.name, running.directory, exit_code, output.strip())


def _wait_after_interrupt(running: _RunningProcess) -> FinishedRun:
    """Wait until an interrupted run ends; kill its process after the grace period."""
    try:
        return _wait(running, _GRACE_PERIOD_S)
    except subprocess.TimeoutExpired:
        running.process.kill()
        return replace(_wait(running), exit_code=INTERRUPTED)


def combined_exit_code(runs: Sequence[FinishedRun]) -> int:
    """Return one exit code for all runs.

    It is 130 if a run was interrupted, and 0 if every run wrote a report. Otherwise it
    is the highest exit code of the runs without a report. There, exit code 0 and a
    process that a signal ended count as 4 (internal error).
    """
    if any(finished.exit_code == INTERRUPTED for finished in runs):
        return INTERRUPTED
    codes = [finished.exit_code for finished in runs if not finished.has_report]
    return max((code if code > 0 else INTERNAL_ERROR for code in codes), default=0)
