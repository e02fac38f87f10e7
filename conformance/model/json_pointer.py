"""JSON Pointers (RFC 6901): the location of a value in a JSON document."""


def child(pointer: str, step: str | int) -> str:
    """Return the pointer to a field or an element of the value at ``pointer``.

    ``step`` is the name of the field or the index of the element. A ``~`` in a name is
    written as ``~0``, and a ``/`` as ``~1``.
    """
    return f"{pointer}/{str(step).replace('~', '~0').replace('/', '~1')}"


def split(pointer: str) -> list[str]:
    """Return the names and indices in a pointer, without escapes.

    The result is empty for a location that is not a JSON Pointer, such as ``status``.
    """
    if not pointer.startswith("/"):
        return []
    return [
        step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/")
    ]
