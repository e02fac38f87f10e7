"""The OpenAPI document of the contract."""

from functools import cache
from pathlib import Path
from typing import Final

from conformance.model.node import Json

PLACEHOLDER: Final = "conformance-model-placeholder"
"""The model's name in a generated request, until the request is sent."""

PATH: Final = "/v1/responses"


def source() -> bytes:
    """Return the bytes of the document, from the wheel or the checkout."""
    path = Path(__file__).parent / "openapi" / "newapi.yaml"
    if not path.is_file():
        path = Path(__file__).parents[2] / "openapi" / "newapi.yaml"
    return path.read_bytes()


@cache
def document() -> Json:
    """Return the document as a JSON value. All callers share it: do not modify it."""
    import yaml  # noqa: PLC0415 -- slow, and not needed if the corpus is cached

    return yaml.load(source(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 -- both are safe loaders


def with_placeholder_model() -> Json:
    """Return a copy of the document that allows only ``PLACEHOLDER`` as model.

    The example request of the copy names ``PLACEHOLDER``, too. Otherwise the example
    would not match the schema, and schemathesis would ignore it. Then every generated
    body would contain every field.
    """
    import copy  # noqa: PLC0415 -- as above

    changed = copy.deepcopy(document())
    properties = changed["components"]["schemas"]["Request"]["properties"]
    properties["model"] = {"type": "string", "enum": [PLACEHOLDER]}
    body = changed["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    body["example"]["model"] = PLACEHOLDER
    return changed
