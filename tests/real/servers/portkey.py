"""The Portkey gateway, which checks no keys and forwards them to its upstream."""

import shutil

from tests.real.packages import NodePackages
from tests.real.target import Launch, LaunchContext, Target

PACKAGES = NodePackages(name="portkey")


def launch(context: LaunchContext) -> Launch:
    """Forward each request to the upstream in its headers."""
    gateway = "node_modules/@portkey-ai/gateway/build/start-server.js"
    return Launch(
        command=(
            shutil.which("node") or "node",
            gateway,
            "--headless",
            f"--port={context.port}",
        ),
        environment={"TRUSTED_CUSTOM_HOSTS": "127.0.0.1,localhost"},
        model=context.required_upstream.model,
        headers={
            "x-portkey-provider": "openai",
            "x-portkey-custom-host": f"{context.required_upstream.url}/v1",
        },
        health_path="/",
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
            "a body that is not JSON causes a 500",
            "a field provider is added to each response",
            "without a key and its headers: a 400 with another error format",
        ),
    ),
)
