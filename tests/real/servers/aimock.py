"""aimock: a mock with fixtures, and the light stand-in for a model behind a gateway."""

import shutil

from tests.real.home import CONFIG
from tests.real.packages import NodePackages
from tests.real.target import KEY, SECOND_KEY, UPSTREAM_KEY, Launch, Site, Target

PACKAGES = NodePackages(name="aimock")


def launch(site: Site) -> Launch:
    """Serve `config/aimock/fixtures.json`; any model name is answered.

    The models that it lists are those that a fixture names: one fixture does, since
    Shepherd routes to listed models only.
    """
    return Launch(
        command=(
            shutil.which("node") or "node",
            "node_modules/@copilotkit/aimock/dist/cli.js",
            *("-p", str(site.port)),
            *("-h", "127.0.0.1"),
            *("-f", str(CONFIG / "aimock" / "fixtures.json")),
        ),
        environment={"AIMOCK_API_KEYS": f"{KEY},{SECOND_KEY},{UPSTREAM_KEY}"},
        model="mock-model",
        ready="/health",
    )


TARGETS = (
    Target(
        name="aimock",
        summary="aimock, answering from fixtures",
        packages=PACKAGES,
        launch=launch,
        profile="openai",
        has_second_key=True,
        deviations=(
            "usage is always 0, 0 and 0",
            "stream events carry no sequence_number",
            "max_output_tokens is ignored",
            "a missing input, or a string as tools, is a 500 with a JavaScript message",
            "a request without a model gets an answer without one",
        ),
    ),
)
