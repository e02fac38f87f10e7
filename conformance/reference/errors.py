"""API errors: one exception, and the JSON error object that describes it.

``where`` is always the path of a field in the request body, as in ``input[0].role``.
"""

from typing import Any, Final

Json = Any

MAX_QUOTE_LENGTH: Final = 80
"""Maximum length, in characters, of a client's value quoted in an error message."""

_TYPES: Final = {401: "authentication_error"}
"""``type`` of the error by status; any other is ``invalid_request_error``."""


class ApiError(Exception):
    """A rejected request: an HTTP status and the fields of the error object.

    ``param`` is the path of the invalid field, as in ``input[0].role``, or None if
    the error is not about a single field.
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
        """Return the response body ``{"error": {message, type, param, code}}``."""
        return {
            "error": {
                "message": self.message,
                "type": _TYPES.get(self.status, "invalid_request_error"),
                "param": self.param,
                "code": self.code,
            }
        }


def missing(where: str) -> ApiError:
    """Return the error for a required field that is missing."""
    return ApiError(
        400,
        f"Missing required parameter: '{where}'.",
        param=where,
        code="missing_required_parameter",
    )


def wrong_type(where: str, expected: str, got: Json) -> ApiError:
    """Return the error for a value of the wrong type; it does not quote the value."""
    return ApiError(
        400,
        f"Invalid type for '{where}': expected {expected}, got {json_type(got)}.",
        param=where,
        code="invalid_type",
    )


def wrong_value(where: str, expected: str, got: Json) -> ApiError:
    """Return the error for a value that has the right type but is not allowed."""
    return ApiError(
        400,
        f"Invalid value for '{where}': expected {expected}, got {quoted(got)}.",
        param=where,
        code="invalid_value",
    )


def json_type(value: Json) -> str:
    """Return the JSON type of a value with its article, such as "an array"."""
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
    """Return a value in ASCII, truncated to `MAX_QUOTE_LENGTH` characters.

    A very large integer is described in words, because Python refuses to convert an
    integer with thousands of digits to decimal.
    """
    if isinstance(value, int) and abs(value) >= 10**20:
        return "a huge integer"
    text = ascii(value[: MAX_QUOTE_LENGTH + 1] if isinstance(value, str) else value)
    return (
        text if len(text) <= MAX_QUOTE_LENGTH else text[: MAX_QUOTE_LENGTH - 3] + "..."
    )
