"""A valid request to create a response, with the defaults of missing fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True)
class CreateRequest:
    """A validated request to create a response.

    ``items`` are the input items of this request; a string input is one user
    message. ``earlier`` are the items of the conversation that
    ``previous_response_id`` continues. ``fields`` is the request body without its
    ``null`` fields.
    """

    model: str
    items: tuple[Json, ...]
    fields: Mapping[str, Json]
    earlier: tuple[Json, ...] = ()

    @property
    def context(self) -> tuple[Json, ...]:
        """Return every item that the model reads, oldest first."""
        return self.earlier + self.items

    @property
    def instructions(self) -> str | None:
        """Return this request's instructions, or None; earlier turns have no effect."""
        return self.fields.get("instructions")

    @property
    def tools(self) -> list[Json]:
        """Return the declared tools, all of them functions."""
        tools: list[Json] = self.fields.get("tools", [])
        return tools

    @property
    def tool_choice(self) -> Json:
        """Return the mode, such as ``auto``, or an object that names functions.

        The type of the object is ``function`` or ``allowed_tools``.
        """
        return self.fields.get("tool_choice", "auto")

    @property
    def parallel_tool_calls(self) -> bool:
        """Return whether one response may contain several function calls."""
        parallel: bool = self.fields.get("parallel_tool_calls", True)
        return parallel

    @property
    def max_output_tokens(self) -> int | None:
        """Return the limit on output tokens, or None for no limit."""
        return self.fields.get("max_output_tokens")

    @property
    def reasoning(self) -> Mapping[str, Json]:
        """Return ``effort`` and ``summary``; each is None if it is not set."""
        reasoning = self.fields.get("reasoning", {})
        return {name: reasoning.get(name) for name in ("effort", "summary")}

    @property
    def wants_encrypted_reasoning(self) -> bool:
        """Return whether ``include`` lists ``reasoning.encrypted_content``."""
        return "reasoning.encrypted_content" in self.fields.get("include", [])

    @property
    def text_format(self) -> Json:
        """Return ``text.format``; its type is ``text`` by default."""
        return self.fields.get("text", {}).get("format") or {"type": "text"}

    @property
    def wants_stream(self) -> bool:
        """Return whether ``stream`` is true."""
        return self.fields.get("stream") is True

    @property
    def wants_storage(self) -> bool:
        """Return whether to store the response: true unless ``store`` is false."""
        return self.fields.get("store") is not False

    @property
    def previous_response_id(self) -> str | None:
        """Return the id of the response that this request continues, or None."""
        return self.fields.get("previous_response_id")
