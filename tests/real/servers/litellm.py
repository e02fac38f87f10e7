"""The LiteLLM proxy: one server whose three models use different code paths."""

from functools import partial

from tests.real.cache import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import KEY, UPSTREAM_KEY, Launch, LaunchContext, Target

PACKAGES = PythonPackages(
    name="litellm",
    # Without prisma, a request without a key causes a 500.
    pins=("litellm[proxy]==1.106.2", "prisma==0.15.0"),
)


def launch(context: LaunchContext, *, model: str) -> Launch:
    """Serve ``config/litellm/config.yaml``, which reads environment variables.

    Only the master key is configured, because other keys need a database.
    """
    environment = {
        "LITELLM_MASTER_KEY": KEY,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "NO_DOCS": "True",
        # The configuration file names these even for the target without an upstream.
        "UPSTREAM_URL": f"{context.upstream.url}/v1" if context.upstream else "",
        "UPSTREAM_KEY": UPSTREAM_KEY,
    }
    return Launch(
        command=(
            str(context.directory / "bin" / "litellm"),
            *("--config", str(CONFIG / "litellm" / "config.yaml")),
            *("--host", "127.0.0.1"),
            *("--port", str(context.port)),
        ),
        environment=environment,
        model=model,
        health_path="/health/liveliness",
    )


TARGETS = (
    Target(
        name="litellm-mock",
        summary="LiteLLM proxy, returning its mock_response",
        packages=PACKAGES,
        launch=partial(launch, model="mock-model"),
        profile="openai",
        start_timeout_s=180,
        deviations=(
            "every streaming request gets a 500 with media type text/event-stream",
            "created_at and the message id never change",
            "usage is always 36 + 87 = 123",
        ),
    ),
    Target(
        name="litellm-converting",
        summary="LiteLLM proxy, converting chat completions to responses",
        packages=PACKAGES,
        launch=partial(launch, model="converted"),
        profile="openai",
        needs_upstream=True,
        start_timeout_s=180,
        deviations=(
            "only response.output_item.done has a sequence_number",
            "streams have no event: lines",
            "an invalid key gets a 400 about a database",
            "the conversation is lost, and an unknown previous_response_id is accepted",
            "previous_response_id in a response is a chatcmpl- id",
            "the model differs between JSON and streaming responses",
            "an empty, incomplete message precedes tool calls",
            "the token details in usage are null",
            "GET of its own response ids causes a 500",
        ),
    ),
    Target(
        name="litellm-passthrough",
        summary="LiteLLM proxy, forwarding /v1/responses to its upstream",
        packages=PACKAGES,
        launch=partial(launch, model="passed-through"),
        profile="openai",
        needs_upstream=True,
        start_timeout_s=180,
        deviations=(
            "the event: lines of its upstream are removed",
            "fields that its upstream omits are null",
            "max_output_tokens: -5 is accepted",
        ),
    ),
)
