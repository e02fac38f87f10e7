"""fastresponses: a server for agents that implements the API."""

from tests.real.cache import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import KEY, UPSTREAM_KEY, Launch, LaunchContext, Target

PACKAGES = PythonPackages(
    name="fastresponses",
    pins=("fastresponses[pydantic-ai]==0.1.0", "pydantic-ai-slim[openai]==2.68.0"),
)


def launch(context: LaunchContext) -> Launch:
    """Serve the agent of ``config/fastresponses/agent.py``."""
    upstream = context.required_upstream
    return Launch(
        command=(
            str(context.directory / "bin" / "fastresponses"),
            "serve",
            f"{CONFIG / 'fastresponses' / 'agent.py'}:agent",
            *("--host", "127.0.0.1"),
            *("--port", str(context.port)),
            *("--api-key", KEY),
            *("--model-name", "zoo"),
        ),
        environment={
            "UPSTREAM_URL": f"{upstream.url}/v1",
            "UPSTREAM_KEY": UPSTREAM_KEY,
            "UPSTREAM_MODEL": upstream.model,
        },
        model="zoo",
        health_path="/health",
    )


TARGETS = (
    Target(
        name="fastresponses",
        summary="fastresponses, a Pydantic AI agent that uses chat completions",
        packages=PACKAGES,
        launch=launch,
        profile="openresponses",
        needs_upstream=True,
        deviations=(
            "error.type is invalid_request",
            "a failed stream ends with both error and response.failed",
            "tool_choice: required is rejected",
            "a negative limit of the wrong type causes a 500",
        ),
    ),
)
