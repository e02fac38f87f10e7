"""Start a target, its upstream before it, and end both."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.real.errors import NotInstalled
from tests.real.home import log_file
from tests.real.process import Process, free_port, started
from tests.real.servers import find
from tests.real.target import SECOND_KEY, Running, Site, Target

UPSTREAM_VARIABLE = "CONFORMANCE_REAL_UPSTREAM"
UPSTREAMS = ("llama", "aimock")


def upstream_name() -> str:
    """Return the upstream that the environment asks for, or the real model."""
    return os.environ.get(UPSTREAM_VARIABLE) or UPSTREAMS[0]


def needed(name: str, upstream: str | None = None) -> tuple[Target, ...]:
    """Return the targets that must be installed to start `name`, itself the last."""
    target = find(name)
    behind = (find(upstream or upstream_name()),) if target.needs_upstream else ()
    return (*behind, target)


@contextmanager
def running(
    name: str, *, upstream: str | None = None, port: int | None = None
) -> Iterator[Running]:
    """Serve target `name` on loopback until the block is left.

    `upstream` names the target that answers behind a gateway.  Raises UnknownTarget,
    NotInstalled or DidNotStart; whatever was started has then been ended.
    """
    with running_process(name, upstream=upstream, port=port) as (server, _process):
        yield server


@contextmanager
def running_process(
    name: str, *, upstream: str | None = None, port: int | None = None
) -> Iterator[tuple[Running, Process]]:
    """Do what `running` does, and give the process as well."""
    *behind, target = needed(name, upstream)
    if not target.packages.installed:
        raise NotInstalled(
            f"{name} is not installed; run: python -m tests.real install {name}"
        )
    with ExitStack() as stack:
        model = stack.enter_context(running(behind[0].name)) if behind else None
        site = Site(target.packages.folder, port or free_port(), model)
        yield stack.enter_context(_serving(target, site))


@contextmanager
def _serving(target: Target, site: Site) -> Iterator[tuple[Running, Process]]:
    launch = target.launch(site)
    upstreams = site.upstream.concurrency if site.upstream else None
    url = f"http://127.0.0.1:{site.port}"
    # A server sees no variable of ours but these, so no key of the user's, and it
    # keeps what it writes "at home" in its own folder.
    environment = {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(site.folder),
        **launch.environment,
    }
    with started(
        target.name,
        launch.command,
        environment=environment,
        folder=site.folder,
        log=log_file(f"{target.name}-{site.port}"),
    ) as process:
        process.wait_until_ready(url + launch.ready, target.seconds_to_start)
        server = Running(
            name=target.name,
            url=url,
            model=launch.model,
            profile=target.profile,
            second_key=SECOND_KEY if target.has_second_key else None,
            headers=launch.headers,
            concurrency=target.concurrency or upstreams,
        )
        yield server, process
