"""A request to the gateway, and the strict parsing of its JSON body."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self

from conformance.reference.errors import ApiError

Json = Any

MAX_BODY_BYTES: Final = 8 * 1024 * 1024
"""Maximum size of a request body in bytes; a larger one is rejected with 413."""

MAX_DEPTH: Final = 128
"""Maximum depth of nested arrays and objects in a request body."""


class Absent:
    """The type of `ABSENT`: a body that is missing or is not valid JSON."""

    def __repr__(self) -> str:
        """Return "ABSENT"."""
        return "ABSENT"

    def __bool__(self) -> bool:
        """Return False."""
        return False


ABSENT: Final = Absent()


@dataclass(frozen=True)
class GatewayRequest:
    """One HTTP request.

    ``raw`` are the bytes of the body; `body` is parsed from them, and `with_body`
    replaces them. ``headers`` have lower-case names and the last value of each;
    ``raw_headers`` contains every value. ``key`` is the name of the API key, "first" or
    "second", or None for a request without a valid key. ``fault_state`` is
    one dict per gateway, in which faults keep values between requests.
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
        """Return the headers by lower-case name."""
        return dict(self.raw_headers)

    @cached_property
    def body(self) -> Json:
        """Return the body as JSON, or `ABSENT` if it is not valid JSON."""
        try:
            return read_json(self.raw)
        except ApiError:
            return ABSENT

    def field(self, name: str) -> Json:
        """Return a field of the body, or None if it is missing or ``null``."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    @property
    def is_create(self) -> bool:
        """Return whether the request creates a response."""
        return self.method == "POST" and self.path == "/v1/responses"

    @property
    def wants_stream(self) -> bool:
        """Return whether ``stream`` is true."""
        return self.field("stream") is True

    def with_body(self, body: Json) -> Self:
        """Return the request with another JSON body."""
        return replace(self, raw=json.dumps(body).encode())

    def with_fields(self, **fields: Json) -> Self:
        """Return the request with some fields of its body set."""
        return self.with_body({**self._object(), **fields})

    def without_fields(self, *names: str) -> Self:
        """Return the request without some fields of its body."""
        body = {k: v for k, v in self._object().items() if k not in names}
        return self.with_body(body)

    def with_header(self, name: str, value: str) -> Self:
        """Return the request with one header set; replace earlier values."""
        others = self.without_header(name).raw_headers
        return replace(self, raw_headers=(*others, (name.lower(), value)))

    def without_header(self, name: str) -> Self:
        """Return the request without a header."""
        others = tuple(h for h in self.raw_headers if h[0] != name.lower())
        return replace(self, raw_headers=others)

    def _object(self) -> dict[str, Json]:
        """Return the body, or an empty object if the body is not an object."""
        return self.body if isinstance(self.body, dict) else {}


def read_json(raw: bytes) -> Json:
    """Parse a request body strictly according to RFC 8259.

    If a member name occurs more than once in an object, the last value is used.
    Raises `ApiError` (400) if the body is not JSON in UTF-8, contains an infinite
    number or an unpaired surrogate, or is nested more than `MAX_DEPTH` levels deep.
    """
    try:
        value = json.loads(
            raw.decode(), parse_constant=_reject_constant, parse_float=_parse_finite
        )
    except UnicodeDecodeError as error:
        raise _not_json("it is not UTF-8", error.start) from None
    except json.JSONDecodeError as error:
        raise _not_json(error.msg, error.pos) from None
    except ValueError as error:  # NaN, infinity, or too many digits
        raise _not_json(str(error).partition(";")[0]) from None
    except RecursionError:
        raise _too_deep() from None
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _is_deep(value):
        raise _too_deep()
    if b"\\u" in raw:
        for where, text in _strings(value, ""):
            if not _is_encodable(text):
                raise _unpaired_surrogate(where)
    return value


def _reject_constant(name: str) -> Json:
    raise ValueError(f"{name} is not a JSON value")


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _not_json(reason: str, offset: int | None = None) -> ApiError:
    position = "" if offset is None else f" (at {offset})"
    return ApiError(
        400,
        f"We could not parse the JSON body of your request: {reason}{position}.",
        code="invalid_json",
    )


def _too_deep() -> ApiError:
    return ApiError(
        400,
        f"The JSON body is nested more than {MAX_DEPTH} levels deep.",
        code="invalid_json",
    )


def _unpaired_surrogate(where: str) -> ApiError:
    name = where if _is_encodable(where) else None
    return ApiError(
        400,
        f"Invalid string in {name or 'a field name'}: unpaired surrogate.",
        param=name,
        code="invalid_unicode",
    )


def _is_deep(value: Json) -> bool:
    """Return whether a value is nested more than `MAX_DEPTH` levels deep."""
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


def _strings(value: Json, where: str) -> Iterator[tuple[str, str]]:
    """Yield the path and the value of each string, and of each field name."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from _strings(child, f"{where}[{i}]")
    elif isinstance(value, dict):
        for name, child in value.items():
            yield where or name, name
            yield from _strings(child, f"{where}.{name}" if where else name)


def _is_encodable(text: str) -> bool:
    """Return whether a string contains no unpaired surrogate."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
