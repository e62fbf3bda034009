"""Values as they are written in a file."""

import tomllib
from datetime import date, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from gateway.config.settings.addresses import Listen, parse_url
from gateway.config.settings.log import Sink, SinkKind
from gateway.config.settings.references import FileRef, SecretRef
from gateway.config.settings.section import Section
from gateway.config.settings.storage import PostgresqlUrl, SqliteUrl
from gateway.config.settings.values import Rate
from gateway.config.settings.written import written, written_table


class Inner(Section):
    """A table in a table."""

    a: int = Field(default=1, description="One.")


class Outer(Section):
    """Some fields."""

    for_: str = Field(default="x", alias="for", description="Long " * 20)
    none: str | None = Field(default=None, description="Nothing.")
    inner: Inner = Field(default=Inner(), description="Table.")


class Around(Section):
    """Nothing but a table."""

    inner: Inner = Field(default=Inner(), description="Table.")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (0.5, "0.5"),
        (date(2026, 5, 4), "2026-05-04"),
        ('a"b', '"a\\"b"'),
        (timedelta(minutes=15), '"15m"'),
        (Rate(1, timedelta(seconds=30)), '"1/30s"'),
        (ip_network("10.0.0.0/8"), '"10.0.0.0/8"'),
        (ip_network("::/8"), '"::/8"'),
        (Path("a/b"), '"a/b"'),
        (Listen("::1", 80), '"[::1]:80"'),
        (parse_url("http://a"), '"http://a"'),
        (Sink(SinkKind.NONE), '"none"'),
        (SqliteUrl(Path("state/gateway.db")), '"sqlite:state/gateway.db"'),
        (
            PostgresqlUrl(
                host="db", port=5432, user="a", database="b", text="postgres://a@db/b"
            ),
            '"postgres://a@db/b"',
        ),
        (FileRef(path=Path("a"), content=b""), '{ file = "a" }'),
        (SecretRef(source="env A", value=b"hunter2"), '{ env = "A" }'),
        (("a", "b"), '["a", "b"]'),
        ([1, 2], "[1, 2]"),
        ((), "[]"),
        ({}, "{}"),
        ({"a": 1, "b": "c"}, '{ a = 1, b = "c" }'),
        ({"a b": 1, "": 2, "c-D_1": 3}, '{ "a b" = 1, "" = 2, c-D_1 = 3 }'),
        (Inner(), "{ a = 1 }"),
    ],
)
def test_each_type_has_its_form(value: Any, text: str) -> None:
    """A secret's is its reference."""
    assert written(value) == text
    tomllib.loads(f"x = {text}")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_text_is_read_as_it_was_written(text: str) -> None:
    """Whatever is in it."""
    assert tomllib.loads(f"x = {written(text)}")["x"] == text


def test_a_table_has_each_key_under_its_description() -> None:
    """Wrapped, with what is not set left out; it reads back."""
    text = written_table(Outer())

    assert max(map(len, text.splitlines())) <= 88
    assert "none" not in text
    assert tomllib.loads(text) == {"for": "x", "inner": {"a": 1}}
    assert "[inner]\n# One.\na = 1" in text


def test_a_table_of_tables_alone_has_no_header_of_its_own() -> None:
    """It would be empty."""
    text = written_table(Around(), header="around")

    assert text == "[around.inner]\n# One.\na = 1"
