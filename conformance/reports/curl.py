"""Show a request as a curl command, with shell variables in place of API keys."""

import base64
import gzip
import shlex
from typing import Final

from conformance.model.request import (
    BEARER,
    KEY,
    KEY_CASE_SWAPPED,
    KEY_TRUNCATED,
    SECOND_KEY,
    Request,
)
from conformance.reports.escaping import has_control_characters

SECOND_KEY_ENV: Final = "CONFORMANCE_SECOND_KEY"
"""Environment variable with the second API key."""

MAX_BODY_BYTES: Final = 4096
"""Maximum size of a body that the command contains uncompressed."""

_METHODS: Final = {"POST": "", "HEAD": " --head"}
"""The option for each method that needs no ``-X``.

The option that sends a body implies POST. With ``-X HEAD``, curl would wait for a body.
"""


def curl(request: Request, url: str, key_env: str) -> str:
    """Return a curl command for a POSIX shell that sends ``request``.

    ``url`` is the endpoint of the target. ``key_env`` is the environment variable with
    the API key.
    """
    headers = request.all_headers
    target = url.removesuffix("/v1/responses") + request.path
    quoted = (
        _double_quoted(target, key_env)
        if request.has_key_placeholder
        else shlex.quote(target)
    )
    method = _METHODS.get(request.method, f" -X {request.method}")
    parts = [f"curl -sS -i{method} {quoted}"]
    if headers.get("authorization") == BEARER:
        parts.append(f'-H "Authorization: Bearer ${key_env}"')
    elif "authorization" in headers:
        value = _double_quoted(f"Authorization: {headers['authorization']}", key_env)
        parts.append(f"-H {value}")
    media_type = headers.get("content-type") or ""
    parts.append(f"-H {shlex.quote(f'Content-Type: {media_type}'.strip())}")
    parts += [
        f"-H {shlex.quote(f'{name}: {value}')}"
        for name, value in headers.items()
        if name not in {"authorization", "content-type"}
    ]
    pipe, body_option = _body(request, key_env)
    return pipe + " ".join(parts) + body_option


def _double_quoted(text: str, key_env: str) -> str:
    """Quote ``text`` for a shell, with a variable in place of each key placeholder."""
    for special in ("\\", '"', "`", "$"):
        text = text.replace(special, "\\" + special)
    for placeholder, variable in (
        (KEY, f"${key_env}"),
        (KEY_TRUNCATED, f"${{{key_env}%?}}"),
        (KEY_CASE_SWAPPED, f"${{{key_env}~~}}"),
        (SECOND_KEY, f"${SECOND_KEY_ENV}"),
    ):
        text = text.replace("\\" + placeholder, variable)
    return f'"{text}"'


def _body(request: Request, key_env: str) -> tuple[str, str]:
    """Return the pipe that writes the body to curl, and the option that sends the body.

    The pipe is empty if the option contains the body.
    """
    content = request.content
    if not content:
        return "", " --data-binary ''" if request.method == "POST" else ""
    if len(content) > MAX_BODY_BYTES and not request.has_key_placeholder:
        return _decompression(content), " --data-binary @-"
    try:
        text: str | None = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is None or has_control_characters(text):
        encoded = base64.b64encode(content).decode("ascii")
        return f"echo {encoded} | base64 -d | ", " --data-binary @-"
    quoted = (
        _double_quoted(text, key_env)
        if request.has_key_placeholder
        else shlex.quote(text)
    )
    return "", f" --data-binary {quoted}"


def _decompression(content: bytes) -> str:
    """Return a pipe that contains ``content`` compressed, and writes it decompressed.

    The content is compressed as often as it becomes smaller. Gzip makes a repetitive
    body smaller again the second time.
    """
    smallest, times = gzip.compress(content, mtime=0), 1
    while len(again := gzip.compress(smallest, mtime=0)) < len(smallest):
        smallest, times = again, times + 1
    encoded = base64.b64encode(smallest).decode("ascii")
    return f"echo {encoded} | base64 -d | " + "gunzip | " * times
