"""Shepherd Model Gateway, with and without its own response store."""

from functools import partial

from tests.real.packages import PythonPackages
from tests.real.process import free_port
from tests.real.target import (
    KEY,
    SECOND_KEY,
    UPSTREAM_KEY,
    Launch,
    LaunchContext,
    Target,
)

PACKAGES = PythonPackages(name="shepherd", pins=("smg==1.13.0",))


def launch(context: LaunchContext, *, storing: bool) -> Launch:
    """Route to one worker, with one tenant for each of the two keys.

    Every client can read responses that are stored with ``--api-key``, so this key is
    used only between gateway and worker.
    """
    upstream = context.required_upstream
    options: dict[str, object] = {
        "--host": "127.0.0.1",
        "--port": context.port,
        "--worker-urls": upstream.url,
        "--api-key": UPSTREAM_KEY,
        "--prometheus-host": "127.0.0.1",
        "--prometheus-port": free_port(),
    }
    if storing:
        options |= {
            "--backend": "openai",
            "--model-path": upstream.model,
            "--history-backend": "memory",
        }
    else:
        options |= {"--policy": "round_robin"}
    pairs = (str(word) for option in options.items() for word in option)
    return Launch(
        command=(
            *(str(context.directory / "bin" / "smg"), "launch"),
            *pairs,
            *("--tenant-api-key", f"one:{KEY}"),
            *("--tenant-api-key", f"two:{SECOND_KEY}"),
            "--disable-health-check",
        ),
        model=upstream.model,
        health_path="/readiness",
    )


TARGETS = (
    Target(
        name="shepherd",
        summary="Shepherd Model Gateway, forwarding to its upstream",
        packages=PACKAGES,
        launch=partial(launch, storing=False),
        profile="openai",
        needs_upstream=True,
        has_second_key=True,
        deviations=(
            "defects in the streams of its upstream are passed through",
            "temperature, top_k, min_p and others are added to forwarded requests",
        ),
    ),
    Target(
        name="shepherd-storing",
        summary="Shepherd Model Gateway, storing responses in memory",
        packages=PACKAGES,
        launch=partial(launch, storing=True),
        profile="openai",
        needs_upstream=True,
        has_second_key=True,
        deviations=("defects in the streams of its upstream are passed through",),
    ),
)
