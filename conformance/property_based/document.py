"""The contract's document, as it is shipped."""

from functools import cache
from pathlib import Path
from typing import Final

from conformance.model.node import Json

PLACEHOLDER: Final = "conformance-model-placeholder"
"""Stands for the model's name in everything that is drawn."""

PATH: Final = "/v1/responses"


def source() -> bytes:
    """Return the document's bytes, out of the wheel or the checkout."""
    shipped = Path(__file__).parent / "openapi" / "newapi.yaml"
    if not shipped.is_file():
        shipped = Path(__file__).parents[2] / "openapi" / "newapi.yaml"
    return shipped.read_bytes()


@cache
def document() -> Json:
    """Return the document as a JSON value; nobody may change it."""
    import yaml  # noqa: PLC0415 -- dear, and not needed when the corpus is cached

    return yaml.load(source(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- both are safe loaders


def with_placeholder_model() -> Json:
    """Return the document with the model pinned to ``PLACEHOLDER``.

    The example names it too: an example that the schema does not allow is passed
    over, and then every drawn body holds every member.
    """
    import copy  # noqa: PLC0415 -- as above

    made = copy.deepcopy(document())
    properties = made["components"]["schemas"]["Request"]["properties"]
    properties["model"] = {"type": "string", "enum": [PLACEHOLDER]}
    body = made["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    body["example"]["model"] = PLACEHOLDER
    return made
