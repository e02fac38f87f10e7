"""fastresponses: an agent, served over the API that we judge."""

from tests.real.home import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import KEY, UPSTREAM_KEY, Launch, Site, Target

PACKAGES = PythonPackages(
    name="fastresponses",
    pins=("fastresponses[pydantic-ai]==0.1.0", "pydantic-ai-slim[openai]==2.68.0"),
)


def launch(site: Site) -> Launch:
    """Serve the agent of `config/fastresponses/agent.py`."""
    upstream = site.behind
    return Launch(
        command=(
            str(site.folder / "bin" / "fastresponses"),
            "serve",
            f"{CONFIG / 'fastresponses' / 'agent.py'}:agent",
            *("--host", "127.0.0.1"),
            *("--port", str(site.port)),
            *("--api-key", KEY),
            *("--model-name", "zoo"),
        ),
        environment={
            "UPSTREAM_URL": f"{upstream.url}/v1",
            "UPSTREAM_KEY": UPSTREAM_KEY,
            "UPSTREAM_MODEL": upstream.model,
        },
        model="zoo",
        ready="/health",
    )


TARGETS = (
    Target(
        name="fastresponses",
        summary="fastresponses, a Pydantic AI agent over its upstream's chat",
        packages=PACKAGES,
        launch=launch,
        profile="openresponses",
        needs_upstream=True,
        deviations=(
            "the type of an error is invalid_request",
            "a failing stream ends with both error and response.failed",
            "tool_choice: required is refused",
            "a negative limit of the wrong type is a 500",
        ),
    ),
)
