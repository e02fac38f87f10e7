"""Locations of errors that the published models report."""

from conformance.clients.model_errors import ModelError


def test_pointer_escapes_names() -> None:
    """A path may contain any name of a field, and indices."""
    error = ModelError(("metadata", "a/b", 0, "c~d"), "string")

    assert error.pointer == "/metadata/a~1b/0/c~0d"
