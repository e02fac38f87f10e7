"""The agent that fastresponses serves: chat completions of its upstream, unchanged."""
# ruff: noqa: INP001 - fastresponses loads this file by path.

import os

# Installed only in the environment of the server.
from pydantic_ai import Agent  # type: ignore[import-not-found]
from pydantic_ai.models.openai import OpenAIChatModel  # type: ignore[import-not-found]
from pydantic_ai.providers.openai import (  # type: ignore[import-not-found]
    OpenAIProvider,
)

agent = Agent(
    OpenAIChatModel(
        os.environ["UPSTREAM_MODEL"],
        provider=OpenAIProvider(
            base_url=os.environ["UPSTREAM_URL"], api_key=os.environ["UPSTREAM_KEY"]
        ),
    ),
    instructions="You are a helpful assistant.",
)
