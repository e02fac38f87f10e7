"""Shepherd Model Gateway: a gateway in Rust, with and without a store of its own."""

from functools import partial

from tests.real.packages import PythonPackages
from tests.real.process import free_port
from tests.real.target import KEY, SECOND_KEY, UPSTREAM_KEY, Launch, Site, Target

PACKAGES = PythonPackages(name="shepherd", pins=("smg==1.13.0",))


def launch(site: Site, *, storing: bool) -> Launch:
    """Route to one worker, with a tenant for each of the two keys.

    A response that is stored under `--api-key` can be read by everybody, so that key
    is the worker's alone.
    """
    upstream = site.behind
    options: dict[str, object] = {
        "--host": "127.0.0.1",
        "--port": site.port,
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
            *(str(site.folder / "bin" / "smg"), "launch"),
            *pairs,
            *("--tenant-api-key", f"one:{KEY}"),
            *("--tenant-api-key", f"two:{SECOND_KEY}"),
            "--disable-health-check",
        ),
        model=upstream.model,
        ready="/readiness",
    )


TARGETS = (
    Target(
        name="shepherd",
        summary="Shepherd Model Gateway, routing to its upstream",
        packages=PACKAGES,
        launch=partial(launch, storing=False),
        profile="openai",
        needs_upstream=True,
        has_second_key=True,
        deviations=(
            "the faults of the upstream's streams pass through",
            "adds temperature, top_k, min_p and more to what it sends on",
        ),
    ),
    Target(
        name="shepherd-storing",
        summary="Shepherd Model Gateway, keeping responses itself in memory",
        packages=PACKAGES,
        launch=partial(launch, storing=True),
        profile="openai",
        needs_upstream=True,
        has_second_key=True,
        deviations=("the faults of the upstream's streams pass through",),
    ),
)
