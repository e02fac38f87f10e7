"""A create request that passed validation, as the model and the response need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Json = Any


@dataclass(frozen=True)
class CreateRequest:
    """What was asked for, absent members filled in with their defaults.

    ``items`` are this request's own, a string made into one user message;
    ``earlier`` are those that ``previous_response_id`` stands for. ``members`` is
    the request's body without its nulls, for everything that is only echoed.
    """

    model: str
    items: tuple[Json, ...]
    members: Mapping[str, Json]
    earlier: tuple[Json, ...] = ()

    @property
    def context(self) -> tuple[Json, ...]:
        """Every item that the model reads, oldest first."""
        return self.earlier + self.items

    @property
    def instructions(self) -> str | None:
        """The system text of this request alone; it is never carried over."""
        return self.members.get("instructions")

    @property
    def tools(self) -> list[Json]:
        """The declared tools, all of them functions."""
        tools: list[Json] = self.members.get("tools", [])
        return tools

    @property
    def tool_choice(self) -> Json:
        """A mode, or an object that names a function or allows several."""
        return self.members.get("tool_choice", "auto")

    @property
    def parallel(self) -> bool:
        """Whether one answer may hold several function calls."""
        parallel: bool = self.members.get("parallel_tool_calls", True)
        return parallel

    @property
    def cap(self) -> int | None:
        """The most tokens that the answer may cost."""
        return self.members.get("max_output_tokens")

    @property
    def reasoning(self) -> Mapping[str, Json]:
        """``effort`` and ``summary``, each None unless asked for."""
        reasoning = self.members.get("reasoning", {})
        return {name: reasoning.get(name) for name in ("effort", "summary")}

    @property
    def encrypts(self) -> bool:
        """Whether the reasoning is to be given along in an opaque form."""
        return "reasoning.encrypted_content" in self.members.get("include", [])

    @property
    def format(self) -> Json:
        """The form of the text; its ``type`` is text, json_object or json_schema."""
        return self.members.get("text", {}).get("format") or {"type": "text"}

    @property
    def streams(self) -> bool:
        """Whether the answer is to come in events."""
        return self.members.get("stream") is True

    @property
    def stores(self) -> bool:
        """Whether the answer is kept for later."""
        return self.members.get("store") is not False

    @property
    def previous_id(self) -> str | None:
        """The response that this one continues."""
        return self.members.get("previous_response_id")
