"""The LiteLLM proxy: one server, one process, three ways to an answer."""

from functools import partial

from tests.real.home import CONFIG
from tests.real.packages import PythonPackages
from tests.real.target import KEY, UPSTREAM_KEY, Launch, Site, Target

PACKAGES = PythonPackages(
    name="litellm",
    # Without prisma a request without a key is a 500.
    pins=("litellm[proxy]==1.106.2", "prisma==0.15.0"),
)


def launch(site: Site, *, model: str) -> Launch:
    """Serve `config/litellm/config.yaml`, which reads its values from the environment.

    More keys than the master key would need a database.
    """
    environment = {
        "LITELLM_MASTER_KEY": KEY,
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "LITELLM_TELEMETRY": "False",
        "NO_DOCS": "True",
        # Unused by the target that needs no upstream; the file names them all the same.
        "UPSTREAM_URL": f"{site.upstream.url}/v1" if site.upstream else "",
        "UPSTREAM_KEY": UPSTREAM_KEY,
    }
    return Launch(
        command=(
            str(site.folder / "bin" / "litellm"),
            *("--config", str(CONFIG / "litellm" / "config.yaml")),
            *("--host", "127.0.0.1"),
            *("--port", str(site.port)),
        ),
        environment=environment,
        model=model,
        ready="/health/liveliness",
    )


TARGETS = (
    Target(
        name="litellm-mock",
        summary="LiteLLM proxy, answering with its own mock_response",
        packages=PACKAGES,
        launch=partial(launch, model="mock-model"),
        profile="openai",
        seconds_to_start=180,
        deviations=(
            "every stream is a 500 of media type text/event-stream",
            "created_at and the id of the message never change",
            "usage is always 36 + 87 = 123",
        ),
    ),
    Target(
        name="litellm-converting",
        summary="LiteLLM proxy, making responses from chat completions",
        packages=PACKAGES,
        launch=partial(launch, model="converted"),
        profile="openai",
        needs_upstream=True,
        seconds_to_start=180,
        deviations=(
            "streams number only response.output_item.done",
            "streams have no event: lines",
            "a wrong key is a 400 about a database",
            "history is not carried; an unknown previous_response_id is accepted",
            "previous_response_id in an answer is a chatcmpl- id",
            "the model differs between JSON and stream",
            "an empty, incomplete message stands before tool calls",
            "the details of usage are null",
            "GET of an id that it gave is a 500",
        ),
    ),
    Target(
        name="litellm-passthrough",
        summary="LiteLLM proxy, passing /v1/responses through to its upstream",
        packages=PACKAGES,
        launch=partial(launch, model="passed-through"),
        profile="openai",
        needs_upstream=True,
        seconds_to_start=180,
        deviations=(
            "the event: lines of the upstream are taken away",
            "members that the upstream left out are null",
            "max_output_tokens: -5 is accepted",
        ),
    ),
)
