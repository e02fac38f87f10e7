"""The agent that fastresponses serves: its upstream's chat, with nothing added."""
# ruff: noqa: INP001 - fastresponses loads this file by its path, in its own environment.

import os

# These live in the environment of the server, not in ours.
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
