"""The contract document says what the page says, and marks all that it adds.

``openapi/newapi-fields.csv`` holds the page's two tables. ``openapi/newapi.yaml`` is
stripped of everything that it marks ``x-local``; what remains must be those tables,
row by row, in both directions.
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
    """One line of the page's tables."""

    side: str
    field: str
    type: str
    required: str
    allowed: str


@cache
def document() -> dict[str, Any]:
    """Read the document once; nobody writes to it."""
    loaded: dict[str, Any] = yaml.safe_load(
        (OPENAPI / "newapi.yaml").read_text("utf-8")
    )
    return loaded


def operation() -> dict[str, Any]:
    """Return the one operation of the document."""
    found: dict[str, Any] = document()["paths"]["/v1/responses"]["post"]
    return found


def schemas() -> dict[str, Any]:
    """Return the document's schemas by name."""
    found: dict[str, Any] = document()["components"]["schemas"]
    return found


def less_what_is_ours(schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """Strip a schema, and those below it, of what is marked; None if all of it is."""
    mark = schema.get("x-local", {})
    if isinstance(mark, str):
        return None
    if "$ref" in schema:
        return less_what_is_ours(schemas()[schema["$ref"].removeprefix(PREFIX)])
    left = {key: schema[key] for key in schema if key not in {*ANNOTATIONS, *mark}}
    if "null" in mark:
        (left["type"],) = (name for name in schema["type"] if name != "null")
    if "properties" in left:
        below = {
            name: less_what_is_ours(each) for name, each in left["properties"].items()
        }
        left["properties"] = {
            name: each for name, each in below.items() if each is not None
        }
    if "items" in left:
        left["items"] = less_what_is_ours(left["items"])
    if "oneOf" in left:
        left["oneOf"] = [less_what_is_ours(each) for each in left["oneOf"]]
    return left


def rows(side: str, schema: Mapping[str, Any], above: str = "") -> Iterator[Row]:
    """Write the members of an object schema as the page would, depth first."""
    assert schema["type"] == "object"
    assert schema.keys() <= {"type", "required", "properties"}, f"unmarked in {above}"
    assert set(schema.get("required", ())) <= schema.get("properties", {}).keys()
    for name, member in schema.get("properties", {}).items():
        assert member.keys() <= TABLE, f"unmarked in {above}{name}: {member}"
        for branch in member.get("oneOf", ()):
            assert branch.keys() == {"type"}, f"unmarked in {above}{name}: {branch}"
        types = [each["type"] for each in member.get("oneOf", [member])]
        required = "yes" if name in schema.get("required", ()) else "no"
        allowed = "|".join(member.get("enum", ()))
        yield Row(side, above + name, "|".join(types), required, allowed)
        if "properties" in member:
            yield from rows(side, member, f"{above}{name}.")
        if "items" in member:
            yield from rows(side, member["items"], f"{above}{name}[].")


def marked() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield every marked place of the document with its JSON pointer."""
    todo: list[tuple[str, Any]] = [("", document())]
    while todo:
        where, node = todo.pop()
        if isinstance(node, dict):
            if "x-local" in node:
                yield where, node
            todo += [(f"{where}/{key}", each) for key, each in node.items()]
        elif isinstance(node, list):
            todo += [(f"{where}/{at}", each) for at, each in enumerate(node)]


def validator(name: str) -> Draft202012Validator:
    """Compile one named schema of the document."""
    resource = DRAFT202012.create_resource(document())
    registry: Registry[Any] = Registry().with_resource("urn:newapi", resource)
    return Draft202012Validator(
        {"$ref": f"urn:newapi{PREFIX}{name}"}, registry=registry
    )


def page() -> list[Row]:
    """Read the page's tables."""
    with (OPENAPI / "newapi-fields.csv").open(encoding="utf-8", newline="") as file:
        return [Row(**line) for line in csv.DictReader(file)]


@pytest.mark.parametrize(
    ("side", "name"), [("request", "Request"), ("response", "Response")]
)
def test_less_what_is_ours_the_page_remains(side: str, name: str) -> None:
    """Both directions: no row is lost, and none is added without a mark."""
    stripped = less_what_is_ours(schemas()[name])
    assert stripped is not None
    assert list(rows(side, stripped)) == [row for row in page() if row.side == side]


def test_the_tables_have_the_pages_forty_rows() -> None:
    """A row that is lost in both files would go unseen."""
    sides = [row.side for row in page()]
    assert (sides.count("request"), sides.count("response")) == (14, 26)
    assert len({(row.side, row.field) for row in page()}) == 40


def test_the_operation_is_the_pages() -> None:
    """Method, path, id, tag, scheme and the media types that the page names."""
    assert list(document()["paths"]) == ["/v1/responses"]
    assert list(document()["paths"]["/v1/responses"]) == ["post"]
    assert operation()["operationId"] == "createresponse"
    assert operation()["tags"] == ["聊天(Chat)/原生OpenAI格式"]
    scheme = document()["components"]["securitySchemes"]["BearerAuth"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert document()["security"] == [{"BearerAuth": []}]
    assert operation()["requestBody"]["required"] is True
    assert list(operation()["requestBody"]["content"]) == ["application/json"]


def test_what_the_page_does_not_answer_is_ours() -> None:
    """The page knows one answer, 200 as JSON; streams and errors are marked."""
    answers = {
        (status, media): less_what_is_ours(body["schema"]) is not None
        for status, answer in operation()["responses"].items()
        for media, body in answer["content"].items()
    }
    assert answers == {
        ("200", "application/json"): True,
        ("200", "text/event-stream"): False,
        ("4XX", "application/json"): False,
        ("5XX", "application/json"): False,
    }


def test_every_mark_has_a_reason_and_a_thing_to_mark() -> None:
    """A mapping names keywords that stand there; a mark without a reason is none."""
    places = dict(marked())
    assert places
    for where, node in places.items():
        mark = node["x-local"]
        if isinstance(mark, str):
            assert mark.strip(), where
            continue
        assert mark, where
        assert all(reason.strip() for reason in mark.values()), where
        assert mark.keys() - {"null"} <= node.keys(), where
        assert "null" not in mark or "null" in node["type"], where


def test_it_is_a_valid_openapi_document() -> None:
    """OpenAPI 3.1, as a validator that is not ours reads it."""
    assert document()["openapi"].startswith("3.1.")
    assert [
        str(error) for error in OpenAPIV31SpecValidator(document()).iter_errors()
    ] == []


@pytest.mark.parametrize("name", schemas())
def test_every_schema_compiles(name: str) -> None:
    """Draft 2020-12 accepts it, and its references lead somewhere."""
    Draft202012Validator.check_schema(schemas()[name])
    list(validator(name).iter_errors({}))
