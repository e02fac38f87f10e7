"""Several targets judged at once, each by a run of its own with its own limits.

Every run is a process: it reads its options as ``conformance run`` does, so what a
target's table leaves out comes from ``CONFORMANCE_*`` and ``conformance.toml``.
"""

import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType
from typing import Final, NoReturn

from conformance.cli.embedded import start_embedded_gateway
from conformance.cli.options import settings_from
from conformance.cli.run import INTERRUPTED
from conformance.config import from_table
from conformance.errors import ConfigurationError
from conformance.reports import DEFAULT

EMBEDDED: Final = "embedded"
"""Stands as ``url`` for the gateway that the suite carries."""

FORMATS: Final = DEFAULT
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PATIENCE: Final = 15.0
"""Seconds that an interrupted run has to write its report."""


@dataclass(frozen=True)
class FinishedRun:
    """A run that is over: its directory, its exit code, and what it printed."""

    name: str
    directory: Path
    exit_code: int
    said: str


@dataclass
class _Running:
    name: str
    directory: Path
    process: subprocess.Popen[str]


def read(path: Path) -> dict[str, dict[str, str]]:
    """Read the options of each target, by its name.

    What stands above the first table counts for every target that does not say
    otherwise. Raises ``ConfigurationError`` or ``UnknownName``.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ConfigurationError(f"{path} is not TOML: {error}") from None
    several = table.pop("targets", None)
    if not isinstance(several, dict) or not several:
        raise ConfigurationError(
            f"{path} names no target",
            'give each a table: [targets.a] url = "https://…"',
        )
    common = from_table(table, str(path))
    found = {}
    for name, options in several.items():
        if not _NAME.fullmatch(name):
            raise ConfigurationError(
                f"{path}: a target cannot be called {name!r}",
                "letters, digits, dots, dashes and underscores make a name",
            )
        if not isinstance(options, dict):
            raise ConfigurationError(f"{path}: targets.{name} must be a table")
        found[name] = common | from_table(options, f"{path}, targets.{name}")
        _whole(found[name], f"{path}: targets.{name}")
    return found


def _whole(options: Mapping[str, str], where: str) -> None:
    """Refuse a target that would be judged by something that it does not name."""
    for name in ("report-dir", "format"):
        if name in options:
            raise ConfigurationError(
                f"{where} sets {name}", "the comparison decides on that"
            )
    if not options.get("url"):
        raise ConfigurationError(
            f"{where} has no url", f'give it one, or url = "{EMBEDDED}" for our own'
        )
    if options["url"] != EMBEDDED and not options.get("api-key-env"):
        raise ConfigurationError(
            f"{where} has no api-key-env",
            "name the variable that holds its key; no key is sent to a target by guess",
        )


def _flags(options: Mapping[str, str]) -> Iterator[str]:
    for name, value in options.items():
        if name == "url":
            continue
        if name == "shrink":
            if value.lower() in {"no", "false"}:
                yield "--no-shrink"
        elif name == "header":
            yield from (f"--header={line}" for line in value.splitlines() if line)
        else:
            yield f"--{name}={value}"


def _command(options: Mapping[str, str], directory: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "conformance", "run", options["url"]),
        *_flags(options),
        *("--quiet", f"--format={','.join(FORMATS)}", f"--report-dir={directory}"),
    ]


def _apart(environ: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a run does not speak to a CI server itself."""
    return {k: v for k, v in environ.items() if not k.startswith("GITHUB_")}


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _ended(several: Sequence[_Running]) -> Iterator[None]:
    """See to it that no run outlives this one, SIGTERM being an interruption, too."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        for running in several:
            if running.process.poll() is None:
                running.process.terminate()
                running.process.communicate()


def _over(running: _Running, timeout: float | None = None) -> FinishedRun:
    said, _ = running.process.communicate(timeout=timeout)
    code = running.process.returncode
    return FinishedRun(running.name, running.directory, code, said.strip())


@dataclass(frozen=True)
class PreparedTarget:
    """A target whose options a run can have; ``environ`` is what the run will see."""

    name: str
    options: Mapping[str, str]
    environ: Mapping[str, str] = field(repr=False)
    profile: str
    catalogue: str


def prepare(
    several: Mapping[str, Mapping[str, str]],
    environ: Mapping[str, str],
    stack: ExitStack,
) -> Iterator[PreparedTarget]:
    """Look at all options before anything is sent; raises ``SuiteError``."""
    for name, options in several.items():
        told, known = dict(options), dict(environ)
        if told["url"] == EMBEDDED:
            del told["url"]
            told, known = start_embedded_gateway(told, known, stack)
        try:
            settings, _ = settings_from(told, known)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"target {name}: {error.message}", error.hint
            ) from None
        yield PreparedTarget(
            name, told, known, settings.profile.name, settings.catalogue
        )


def run(
    several: Sequence[PreparedTarget],
    directory: Path,
    tell: Callable[[FinishedRun], None],
) -> list[FinishedRun]:
    """Judge every target at once, each into a directory of its name.

    ``tell`` hears of each run that is over. Ctrl-C reaches every run, and what was
    judged until then is still reported.
    """
    directory.mkdir(parents=True, exist_ok=True)
    under_way = list[_Running]()
    with _ended(under_way):
        for target in several:
            process = subprocess.Popen(  # noqa: S603 -- our own interpreter and command
                _command(target.options, directory / target.name),
                env=_apart(target.environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                encoding="utf-8",
                errors="replace",
                process_group=0,  # or a Ctrl-C would reach it twice
            )
            under_way.append(_Running(target.name, directory / target.name, process))
        over = []
        try:
            for running in under_way:
                over.append(_over(running))
                tell(over[-1])
        except KeyboardInterrupt:
            for running in under_way:
                if sys.platform != "win32":  # there, Ctrl-C has reached it already
                    running.process.send_signal(signal.SIGINT)
            for running in under_way[len(over) :]:
                over.append(_interrupted(running))
                tell(over[-1])
        return over


def _interrupted(running: _Running) -> FinishedRun:
    """Give a run time to write its report; one that takes longer is ended."""
    try:
        return _over(running, _PATIENCE)
    except subprocess.TimeoutExpired:
        running.process.kill()
        return replace(_over(running), exit_code=INTERRUPTED)


def combined_exit_code(several: Sequence[FinishedRun]) -> int:
    """Return 130 when a run was interrupted, its code when it left no report, or 0."""
    codes = [ran.exit_code for ran in several]
    if INTERRUPTED in codes:
        return INTERRUPTED
    lost = [
        ran.exit_code
        for ran in several
        if not (ran.directory / "report.json").is_file()
    ]
    return max((code if code > 0 else 4 for code in lost), default=0)
