"""Start a target after its upstream, and stop both."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.real.cache import log_file
from tests.real.errors import NotInstalled
from tests.real.process import Process, free_port, run_process
from tests.real.servers import find
from tests.real.target import SECOND_KEY, LaunchContext, RunningServer, Target

UPSTREAM_VARIABLE = "CONFORMANCE_REAL_UPSTREAM"
UPSTREAMS = ("llama", "aimock")
"""The targets that can be the upstream of a gateway, the default first."""


def upstream_name() -> str:
    """Return the upstream of the environment variable, or the default."""
    return os.environ.get(UPSTREAM_VARIABLE) or UPSTREAMS[0]


def required_targets(name: str, upstream: str | None = None) -> tuple[Target, ...]:
    """Return the target ``name``, after its upstream if it needs one."""
    target = find(name)
    upstreams = (find(upstream or upstream_name()),) if target.needs_upstream else ()
    return (*upstreams, target)


@contextmanager
def run_target(
    name: str, *, upstream: str | None = None, port: int | None = None
) -> Iterator[RunningServer]:
    """Run the target ``name`` on loopback inside the block.

    ``upstream`` names the target that a gateway forwards to. Raises UnknownTarget,
    NotInstalled or DidNotStart, after stopping what was started.
    """
    with run_target_process(name, upstream=upstream, port=port) as (server, _process):
        yield server


@contextmanager
def run_target_process(
    name: str, *, upstream: str | None = None, port: int | None = None
) -> Iterator[tuple[RunningServer, Process]]:
    """Run a target as ``run_target`` does, and yield its process, too."""
    *upstreams, target = required_targets(name, upstream)
    if not target.packages.is_installed:
        raise NotInstalled(
            f"{name} is not installed; run: python -m tests.real install {name}"
        )
    with ExitStack() as stack:
        running_upstream = (
            stack.enter_context(run_target(upstreams[0].name)) if upstreams else None
        )
        context = LaunchContext(
            target.packages.directory, port or free_port(), running_upstream
        )
        yield stack.enter_context(_launched(target, context))


@contextmanager
def _launched(
    target: Target, context: LaunchContext
) -> Iterator[tuple[RunningServer, Process]]:
    launch = target.launch(context)
    upstream_concurrency = context.upstream.concurrency if context.upstream else None
    url = f"http://127.0.0.1:{context.port}"
    # The server inherits no other variable, so it cannot read the user's keys. What it
    # writes to its home directory is in the directory of its packages.
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(context.directory),
        **launch.environment,
    }
    with run_process(
        target.name,
        launch.command,
        environment=environment,
        directory=context.directory,
        log=log_file(f"{target.name}-{context.port}"),
    ) as process:
        process.wait_until_ready(url + launch.health_path, target.start_timeout_s)
        server = RunningServer(
            name=target.name,
            url=url,
            model=launch.model,
            profile=target.profile,
            second_key=SECOND_KEY if target.has_second_key else None,
            headers=launch.headers,
            concurrency=target.concurrency or upstream_concurrency,
        )
        yield server, process
