"""A request as the gateway reads it, and the reading of its JSON."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

from conformance.reference.errors import ApiError

Json = Any

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
"""Bytes of request body that are read; more is a 413."""

MAX_DEPTH: Final = 128
"""Levels of nesting that a request body may have."""


class Absent:
    """The type of `ABSENT`: a body that is not JSON, or not there at all."""

    def __repr__(self) -> str:
        """The name of the one value."""
        return "ABSENT"

    def __bool__(self) -> bool:
        """Nothing is there."""
        return False


ABSENT: Final = Absent()


@dataclass(frozen=True)
class GatewayRequest:
    """One request.

    ``raw`` is the body's bytes and the only truth about it: `body` is its JSON, and
    `with_body` writes new bytes. ``headers`` have lower-case names, and where one
    was sent twice the last wins; ``raw_headers`` keeps all of them. ``key`` is
    "first" or "second" once the caller is known. ``notes`` is one dict per gateway,
    where a fault may remember things between requests.
    """

    method: str
    path: str
    raw_headers: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    fault_state: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The headers by lower-case name."""
        return dict(self.raw_headers)

    @cached_property
    def body(self) -> Json:
        """The body as JSON, or `ABSENT` when it is not a JSON value."""
        try:
            return read_json(self.raw)
        except ApiError:
            return ABSENT

    def field(self, name: str) -> Json:
        """One member of the body, or None: absent and null mean the same here."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    @property
    def is_create(self) -> bool:
        """Whether this asks for a new response."""
        return self.method == "POST" and self.path == "/v1/responses"

    @property
    def wants_stream(self) -> bool:
        """Whether a stream was asked for."""
        return self.field("stream") is True

    def with_body(self, body: Json) -> Self:
        """The same request with another JSON body."""
        return replace(self, raw=json.dumps(body).encode())

    def with_fields(self, **members: Json) -> Self:
        """The same request with some members of its body set."""
        return self.with_body({**self._object(), **members})

    def without_fields(self, *names: str) -> Self:
        """The same request with some members of its body left out."""
        kept = {k: v for k, v in self._object().items() if k not in names}
        return self.with_body(kept)

    def with_header(self, name: str, value: str) -> Self:
        """The same request with one header set, whatever it was before."""
        kept = self.without_header(name)
        return replace(kept, raw_headers=(*kept.raw_headers, (name.lower(), value)))

    def without_header(self, name: str) -> Self:
        """The same request without a header."""
        kept = tuple(h for h in self.raw_headers if h[0] != name.lower())
        return replace(self, raw_headers=kept)

    def _object(self) -> dict[str, Json]:
        return self.body if isinstance(self.body, dict) else {}


def read_json(raw: bytes) -> Json:
    """Read a request body strictly, as RFC 8259 has it.

    Where a member is given twice the last wins. Raises `Refused` (400) for anything
    but UTF-8 JSON with finite numbers, whole code points and sane nesting.
    """
    try:
        value = json.loads(
            raw.decode(), parse_constant=_no_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise _not_json("it is not UTF-8", error.start) from None
    except json.JSONDecodeError as error:
        raise _not_json(error.msg, error.pos) from None
    except ValueError as error:  # a constant, an infinity, a number without end
        raise _not_json(str(error).partition(";")[0]) from None
    except RecursionError:
        raise _too_deep() from None
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise _too_deep()
    if b"\\u" in raw:
        for where, text in _texts(value, ""):
            if not _whole(text):
                raise _torn(where)
    return value


def _no_constant(name: str) -> Json:
    raise ValueError(f"{name} is no JSON value")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _not_json(why: str, at: int | None = None) -> ApiError:
    place = "" if at is None else f" (at {at})"
    return ApiError(
        400,
        f"We could not parse the JSON body of your request: {why}{place}.",
        code="invalid_json",
    )


def _too_deep() -> ApiError:
    return ApiError(
        400,
        f"The JSON body is nested more than {MAX_DEPTH} levels deep.",
        code="invalid_json",
    )


def _torn(where: str) -> ApiError:
    name = where if _whole(where) else None
    return ApiError(
        400,
        f"Invalid text in {name or 'a member name'}: an unpaired surrogate is half "
        "a character.",
        param=name,
        code="invalid_unicode",
    )


def _is_deep(value: Json) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _texts(value: Json, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from _texts(child, f"{where}[{i}]")
    elif isinstance(value, dict):
        for name, child in value.items():
            yield where or name, name
            yield from _texts(child, f"{where}.{name}" if where else name)


def _whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
