"""What people type about people."""

import pytest
import typer

from gateway.cli.users.reading import parse_attributes, parse_filter
from gateway.pool.people.directory import Field, Filter


def test_attributes_are_names_and_values() -> None:
    """A value may hold whatever it likes, and nothing."""
    assert parse_attributes(["name=A=B", "nickname="]) == {
        "name": "A=B",
        "nickname": "",
    }
    assert parse_attributes(None) == {}


@pytest.mark.parametrize("texts", [["name"], ["=x"], ["a=1", "a=2"]])
def test_what_is_no_attribute_is_wrong_usage(texts: list[str]) -> None:
    with pytest.raises(typer.BadParameter):
        parse_attributes(texts)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("email=a=b", Filter(Field.EMAIL, "a=b")),
        ("cognito:user_status^=CONF", Filter(Field.STATUS, "CONF", is_prefix=True)),
        ("name=", Filter(Field.NAME, "")),
    ],
)
def test_a_filter_is_a_field_and_a_value(text: str, found: Filter | None) -> None:
    assert parse_filter(text) == found


@pytest.mark.parametrize("text", ["email", "shoe=1", "=x", "email~=x"])
def test_what_is_no_filter_is_wrong_usage(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        parse_filter(text)
