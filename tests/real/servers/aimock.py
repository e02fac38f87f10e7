"""aimock: a mock server with fixtures, also used as the second upstream of gateways."""

import shutil

from tests.real.cache import CONFIG
from tests.real.packages import NodePackages
from tests.real.target import (
    KEY,
    SECOND_KEY,
    UPSTREAM_KEY,
    Launch,
    LaunchContext,
    Target,
)

PACKAGES = NodePackages(name="aimock")


def launch(context: LaunchContext) -> Launch:
    """Serve ``config/aimock/fixtures.json`` for any model name.

    aimock lists only the models that fixtures name. One fixture names a model, because
    Shepherd routes only to listed models.
    """
    return Launch(
        command=(
            shutil.which("node") or "node",
            "node_modules/@copilotkit/aimock/dist/cli.js",
            *("-p", str(context.port)),
            *("-h", "127.0.0.1"),
            *("-f", str(CONFIG / "aimock" / "fixtures.json")),
        ),
        environment={"AIMOCK_API_KEYS": f"{KEY},{SECOND_KEY},{UPSTREAM_KEY}"},
        model="mock-model",
        health_path="/health",
    )


TARGETS = (
    Target(
        name="aimock",
        summary="aimock, a mock server with fixtures",
        packages=PACKAGES,
        launch=launch,
        profile="openai",
        has_second_key=True,
        deviations=(
            "all counts of usage are 0",
            "stream events have no sequence_number",
            "max_output_tokens is ignored",
            "without input, or with a string in tools: a 500 with a JavaScript message",
            "a request without a model gets a response without one",
        ),
    ),
)
