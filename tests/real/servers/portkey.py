"""The Portkey gateway: it keeps no key and forwards the one that it is given."""

import shutil

from tests.real.packages import NodePackages
from tests.real.target import Launch, Site, Target

PACKAGES = NodePackages(name="portkey")


def launch(site: Site) -> Launch:
    """Forward to the upstream that the headers of each request name."""
    gateway = "node_modules/@portkey-ai/gateway/build/start-server.js"
    return Launch(
        command=(
            shutil.which("node") or "node",
            gateway,
            "--headless",
            f"--port={site.port}",
        ),
        environment={"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"},
        model=site.behind.model,
        headers={
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"{site.behind.url}/v1",
        },
        ready="/",
    )


TARGETS = (
    Target(
        name="portkey",
        summary="Portkey gateway, forwarding to its upstream",
        packages=PACKAGES,
        launch=launch,
        profile="openai",
        needs_upstream=True,
        has_second_key=True,
        deviations=(
            "a body that is not JSON is a 500",
            "a member called provider is added to each answer",
            "without a key and its headers: a 400 in a shape of its own",
        ),
    ),
)
