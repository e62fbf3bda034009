"""What a field is, in the words of JSON Schema."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from gateway.config.schemas.fields import section_schema
from gateway.config.settings.addresses import Issuer
from gateway.config.settings.references import Secret
from gateway.config.settings.section import (
    Expression,
    Id,
    Loose,
    Names,
    OneOrMore,
    Section,
    Shape,
    Text,
)
from gateway.config.settings.values import Duration, Instant, Network, Size

DURATION = "^[0-9]{1,9}(ms|s|m|h|d)$"


class Inner(Section):
    """A table in a table."""

    flag: bool = Field(default=False, description="Flag.")


class Outer(Section):
    """One field of each sort."""

    needed: str = Field(alias="for", description="Needed.")
    text: Text = Field(default="x", description="Text.")
    empty: str = Field(default="", description="Empty.")
    number: int = Field(default=3, ge=1, lt=9, description="Number.")
    share: float = Field(default=0.5, gt=0, le=0.9, description="Share.")
    length: Duration = Field(
        default=timedelta(seconds=60),
        ge=timedelta(seconds=1),
        le=timedelta(minutes=15),
        description="Length.",
    )
    size: Size = Field(default=1024, ge=1, description="Size.")
    network: Network | None = Field(default=None, description="Network.")
    choice: Literal["a", "b"] = Field(default="a", description="Choice.")
    names: Names = Field(default=("a",), max_length=2, description="Names.")
    several: Annotated[tuple[Literal["a"], ...], Loose, OneOrMore] = Field(
        default=(), description="Several."
    )
    shaped: Annotated[str, Shape({"enum": ["none"]})] = Field(description="Shaped.")
    by_id: Mapping[Id, Inner] = Field(default={}, description="By id.")
    by_name: Mapping[str, Any] = Field(default={}, description="By name.")
    inner: Inner = Field(default=Inner(), description="Inner.")
    maybe: Inner | None = Field(default=None, description="Maybe.")
    day: date | None = Field(default=None, description="Day.")
    moment: Instant | None = Field(default=None, description="Moment.")
    tables: Annotated[tuple[dict[str, Any], ...], Loose] = Field(
        default=(), description="Tables."
    )
    issuer: Issuer = Field(default_factory=str, description="Issuer.")
    secret: Secret | None = Field(default=None, description="Secret.")
    when: Expression = Field(default="true", description="When.")


INNER = {
    "type": "object",
    "properties": {
        "flag": {"description": "Flag.", "type": "boolean", "default": False}
    },
    "additionalProperties": False,
}


def test_a_table_is_closed_and_knows_what_it_needs() -> None:
    """By the names that stand in the file."""
    schema = section_schema(Outer)

    assert schema["additionalProperties"] is False
    assert schema["required"] == ["for", "shaped"]
    assert section_schema(Inner) == INNER


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("for", {"type": "string"}),
        ("text", {"type": "string", "minLength": 1, "default": "x"}),
        ("empty", {"type": "string"}),
        (
            "number",
            {"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "default": 3},
        ),
        (
            "share",
            {
                "type": "number",
                "exclusiveMinimum": 0,
                "maximum": 0.9,
                "default": 0.5,
            },
        ),
        ("length", {"type": "string", "pattern": DURATION, "default": "1m"}),
        (
            "size",
            {
                "type": ["string", "integer"],
                "pattern": "^[0-9]{1,12} ?(B|KiB|MiB|GiB|TiB)$",
                "minimum": 1,
                "default": "1KiB",
            },
        ),
        ("network", {"type": "string", "minLength": 1}),
        ("choice", {"enum": ["a", "b"], "default": "a"}),
        (
            "names",
            {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "uniqueItems": True,
                "maxItems": 2,
                "default": ["a"],
            },
        ),
        (
            "several",
            {"anyOf": [{"enum": ["a"]}, {"type": "array", "items": {"enum": ["a"]}}]},
        ),
        ("shaped", {"type": "string", "enum": ["none"]}),
        (
            "by_id",
            {
                "type": "object",
                "additionalProperties": INNER,
                "propertyNames": {
                    "type": "string",
                    "pattern": "^([a-z][a-z0-9_-]{0,62})$",
                },
            },
        ),
        ("by_name", {"type": "object", "additionalProperties": {}}),
        ("inner", INNER),
        ("maybe", INNER),
        ("day", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        ("tables", {"type": "array", "items": {"type": "object"}}),
        ("issuer", {"type": "string", "pattern": "^https?://"}),
        (
            "when",
            {
                "type": "string",
                "minLength": 1,
                "maxLength": 16384,
                "default": "true",
            },
        ),
    ],
)
def test_a_field_says_what_it_may_be(key: str, expected: dict[str, Any]) -> None:
    """Type, bounds and default."""
    schema = section_schema(Outer)["properties"][key]

    assert schema.pop("description")
    assert schema == expected


def test_bounds_of_what_is_written_as_text_are_told_to_people() -> None:
    """No keyword compares lengths of time."""
    properties = section_schema(Outer)["properties"]

    assert properties["length"]["description"] == "Length. At least 1s. At most 15m."
    assert properties["size"]["description"] == "Size. At least 1B."
    assert properties["number"]["description"] == "Number."


def test_a_secret_is_a_reference_and_nothing_else() -> None:
    """Of one kind."""
    secret = section_schema(Outer)["properties"]["secret"]

    assert secret["type"] == "object"
    assert secret["properties"].keys() == {"env", "file"}
    assert (secret["minProperties"], secret["maxProperties"]) == (1, 1)


def test_a_moment_is_text_for_editors() -> None:
    """JSON has no other word for it."""
    assert section_schema(Outer)["properties"]["moment"]["type"] == "string"
