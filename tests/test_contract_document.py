"""The contract document equals New API's page, except for marked additions.

``openapi/newapi-fields.csv`` has the two tables of the page. The tests remove all
parts of ``openapi/newapi.yaml`` that are marked with ``x-local``, and compare the rest
with the tables, row by row and in both directions.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

OPENAPI = Path(__file__).parents[1] / "openapi"
PREFIX = "#/components/schemas/"
ANNOTATIONS = frozenset({"description", "examples", "x-local"})
TABLE = frozenset({"type", "required", "enum", "properties", "items", "oneOf"})


class Row(NamedTuple):
    """One row of the page's tables."""

    side: str
    field: str
    type: str
    required: str
    allowed: str


@cache
def document() -> dict[str, Any]:
    """Read the document once; callers must not modify it."""
    loaded: dict[str, Any] = yaml.safe_load(
        (OPENAPI / "newapi.yaml").read_text("utf-8")
    )
    return loaded


def operation() -> dict[str, Any]:
    """Return the document's only operation."""
    found: dict[str, Any] = document()["paths"]["/v1/responses"]["post"]
    return found


def schemas() -> dict[str, Any]:
    """Return the document's schemas by name."""
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


def without_additions(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a schema without its marked parts, or ``None`` if all of it is marked."""
    mark = schema.get("x-local", {})
    if isinstance(mark, str):
        return None
    if "$ref" in schema:
        return without_additions(schemas()[schema["$ref"].removeprefix(PREFIX)])
    stripped = {key: schema[key] for key in schema if key not in {*ANNOTATIONS, *mark}}
    if "null" in mark:
        (stripped["type"],) = (name for name in schema["type"] if name != "null")
    if "properties" in stripped:
        properties = {
            name: without_additions(subschema)
            for name, subschema in stripped["properties"].items()
        }
        stripped["properties"] = {
            name: subschema
            for name, subschema in properties.items()
            if subschema is not None
        }
    if "items" in stripped:
        stripped["items"] = without_additions(stripped["items"])
    if "oneOf" in stripped:
        stripped["oneOf"] = [without_additions(branch) for branch in stripped["oneOf"]]
    return stripped


def rows(side: str, schema: Mapping[str, Any], parent: str = "") -> Iterator[Row]:
    """Yield the rows for the properties of an object schema, depth first."""
    assert schema["type"] == "object"
    assert schema.keys() <= {"type", "required", "properties"}, f"unmarked in {parent}"
    assert set(schema.get("required", ())) <= schema.get("properties", {}).keys()
    for name, subschema in schema.get("properties", {}).items():
        assert subschema.keys() <= TABLE, f"unmarked in {parent}{name}: {subschema}"
        for branch in subschema.get("oneOf", ()):
            assert branch.keys() == {"type"}, f"unmarked in {parent}{name}: {branch}"
        types = [each["type"] for each in subschema.get("oneOf", [subschema])]
        required = "yes" if name in schema.get("required", ()) else "no"
        allowed = "|".join(subschema.get("enum", ()))
        yield Row(side, parent + name, "|".join(types), required, allowed)
        if "properties" in subschema:
            yield from rows(side, subschema, f"{parent}{name}.")
        if "items" in subschema:
            yield from rows(side, subschema["items"], f"{parent}{name}[].")


def marked_nodes() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the JSON Pointer and the value of every object with a mark."""
    pending: list[tuple[str, Any]] = [("", document())]
    while pending:
        pointer, node = pending.pop()
        if isinstance(node, dict):
            if "x-local" in node:
                yield pointer, node
            pending += [(f"{pointer}/{key}", child) for key, child in node.items()]
        elif isinstance(node, list):
            pending += [(f"{pointer}/{i}", child) for i, child in enumerate(node)]


def validator(name: str) -> Draft202012Validator:
    """Return a validator for one schema of the document."""
    resource = DRAFT202012.create_resource(document())
    registry: Registry[Any] = Registry().with_resource("urn:newapi", resource)
    return Draft202012Validator(
        {"$ref": f"urn:newapi{PREFIX}{name}"}, registry=registry
    )


def page_rows() -> list[Row]:
    """Return the rows of the page's tables."""
    with (OPENAPI / "newapi-fields.csv").open(encoding="utf-8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("side", "name"), [("request", "Request"), ("response", "Response")]
)
def test_the_unmarked_rows_equal_the_page(side: str, name: str) -> None:
    """No row is missing, and none is added without a mark."""
    stripped = without_additions(schemas()[name])
    assert stripped is not None
    assert list(rows(side, stripped)) == [
        row for row in page_rows() if row.side == side
    ]


def test_the_tables_have_forty_rows() -> None:
    """A row that is missing from both files would otherwise go unnoticed."""
    sides = [row.side for row in page_rows()]
    assert (sides.count("request"), sides.count("response")) == (14, 26)
    assert len({(row.side, row.field) for row in page_rows()}) == 40


def test_the_operation_equals_the_page() -> None:
    """Method, path, id, tag, security scheme and the media type of requests."""
    assert list(document()["paths"]) == ["/v1/responses"]
    assert list(document()["paths"]["/v1/responses"]) == ["post"]
    assert operation()["operationId"] == "createresponse"
    assert operation()["tags"] == ["聊天(Chat)/原生OpenAI格式"]
    scheme = document()["components"]["securitySchemes"]["BearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document()["security"] == [{"BearerAuth": []}]
    assert operation()["requestBody"]["required"] is True
    assert list(operation()["requestBody"]["content"]) == ["application/json"]


def test_streams_and_errors_are_marked() -> None:
    """The page describes only one response, the 200 in JSON."""
    is_on_page = {
        (status, media): without_additions(content["schema"]) is not None
        for status, response in operation()["responses"].items()
        for media, content in response["content"].items()
    }
    assert is_on_page == {
        ("200", "application/json"): True,
        ("200", "text/event-stream"): False,
        ("4XX", "application/json"): False,
        ("5XX", "application/json"): False,
    }


def test_every_mark_has_a_reason_and_an_existing_keyword() -> None:
    """A mark is a reason, or a mapping from keywords of the schema to reasons."""
    nodes = dict(marked_nodes())
    assert nodes
    for pointer, node in nodes.items():
        mark = node["x-local"]
        if isinstance(mark, str):
            assert mark.strip(), pointer
            continue
        assert mark, pointer
        assert all(reason.strip() for reason in mark.values()), pointer
        assert mark.keys() - {"null"} <= node.keys(), pointer
        assert "null" not in mark or "null" in node["type"], pointer


def test_the_document_is_valid_openapi() -> None:
    """OpenAPI 3.1, according to an independent validator."""
    assert document()["openapi"].startswith("3.1.")
    assert [
        str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()
    ] == []


@pytest.mark.parametrize("name", schemas())
def test_every_schema_compiles(name: str) -> None:
    """It is a valid JSON Schema of draft 2020-12, and its references resolve."""
    Draft202012Validator.check_schema(schemas()[name])
    list(validator(name).iter_errors({}))
