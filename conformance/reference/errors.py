"""How the gateway says no: one exception, one JSON envelope."""

from typing import Any, Final

Json = Any

MAX_QUOTE_LENGTH: Final = 80
"""Characters of a client's value that a message may repeat."""

_TYPES: Final = {401: "authentication_error"}


class ApiError(Exception):
    """A request that cannot be served: an HTTP status and the four envelope members.

    ``param`` names the member at fault, as in ``input[0].role``, or is None when
    no single member is to blame.
    """

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code

    def envelope(self) -> Json:
        """The body: ``{"error": {message, type, param, code}}``."""
        return {
            "error": {
                "message": self.message,
                "type": _TYPES.get(self.status, "invalid_request_error"),
                "param": self.param,
                "code": self.code,
            }
        }


def missing(where: str) -> ApiError:
    """Say that the member ``where`` has to be given."""
    return ApiError(
        400,
        f"Missing required parameter: '{where}'.",
        param=where,
        code="missing_required_parameter",
    )


def wrong_type(where: str, wanted: str, got: Json) -> ApiError:
    """Say that ``where`` must be a ``wanted``; the value itself is not repeated."""
    return ApiError(
        400,
        f"Invalid type for '{where}': expected {wanted}, got {json_type(got)}.",
        param=where,
        code="invalid_type",
    )


def wrong_value(where: str, wanted: str, got: Json) -> ApiError:
    """Say that ``where`` has the right type and an impossible value."""
    return ApiError(
        400,
        f"Invalid value for '{where}': expected {wanted}, got {quoted(got)}.",
        param=where,
        code="invalid_value",
    )


def json_type(value: Json) -> str:
    """Name a JSON value's type as a client would."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


def quoted(value: Json) -> str:
    """Repeat a value in ASCII, cut to `LONGEST_QUOTE` characters.

    An integer of thousands of digits has no decimal text in Python, so a huge one
    is only described.
    """
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a huge integer"
    text = ascii(value[: MAX_QUOTE_LENGTH + 1] if isinstance(value, str) else value)
    return (
        text if len(text) <= MAX_QUOTE_LENGTH else text[: MAX_QUOTE_LENGTH - 3] + "..."
    )
