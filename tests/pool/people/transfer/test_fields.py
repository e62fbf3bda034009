"""Values that came from a file."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, String

from gateway.pool.people.transfer.fields import Fields, instant_text, row_as_json
from gateway.pool.people.transfer.lines import LineError, LineProblem
from gateway.storage.pools.factor_tables import POOL_PASSKEY
from tests.pool.house import NOON
from tests.storage.pools.test_bulk import PASSKEY

COLUMNS = [POOL_PASSKEY.c[name] for name in PASSKEY]
VALUES: dict[str, Any] = {
    "text": "é",
    "number": 7,
    "flag": True,
    "uuid": "6D7A2B1E-0000-4000-8000-000000000001",
    "instant": "2026-05-04T14:00:00+02:00",
    "hex": "0aff",
    "texts": ["a", "b"],
    "map": {"a": "b"},
    "inside": {"text": "x"},
    "records": [{"text": "y"}],
    "null": None,
}


def test_values_are_read_as_what_they_are() -> None:
    """Optional ones may be missing or null."""
    told = Fields.parse(json.dumps(VALUES))

    assert told.text("text") == "é"
    assert told.text("null", default="") == told.text("nothing", default="") == ""
    assert (told.number("number"), told.find_number("number")) == (7, 7)
    assert told.find_number("null") is None
    assert told.find_instant("null") is None
    assert told.flag("flag")
    assert told.uuid("uuid") == VALUES["uuid"].lower()
    assert told.instant("instant") == told.find_instant("instant") == NOON
    assert told.hexadecimal("hex") == 0x0AFF
    assert told.octets("hex") == b"\x0a\xff"
    assert told.texts("texts", most=2) == ("a", "b")
    assert told.texts("null", most=2) == ()
    assert told.text_map("map") == {"a": "b"}
    inside = told.find("inside")
    assert inside is not None
    assert inside.text("text") == "x"
    assert told.find("null") is None
    assert [each.text("text") for each in told.records("records", most=1)] == ["y"]
    assert told.records("null", most=1) == ()
    assert told.one_of("text", ["é"]) == "é"


REFUSED: list[tuple[Any, Callable[[Fields], object]]] = [
    (1, lambda f: f.text("x")),
    ("\ud800", lambda f: f.text("x")),
    ("a\0", lambda f: f.text("x")),
    (None, lambda f: f.text("x")),
    ("7", lambda f: f.number("x")),
    (True, lambda f: f.number("x")),
    (-1, lambda f: f.number("x")),
    (2**53 + 1, lambda f: f.number("x")),
    (1.5, lambda f: f.number("x")),
    (1, lambda f: f.flag("x")),
    ("b", lambda f: f.one_of("x", ["a"])),
    ("nothing", lambda f: f.uuid("x")),
    ("yesterday", lambda f: f.instant("x")),
    ("2026-05-04T14:00:00", lambda f: f.instant("x")),
    ("0001-01-01T00:00:00+14:00", lambda f: f.instant("x")),
    ("0AFF", lambda f: f.hexadecimal("x")),
    ("", lambda f: f.hexadecimal("x")),
    ("f" * 1025, lambda f: f.hexadecimal("x")),
    ("0af", lambda f: f.octets("x")),
    ("xy", lambda f: f.octets("x")),
    ("a", lambda f: f.texts("x", most=2)),
    (["a", "b", "c"], lambda f: f.texts("x", most=2)),
    ([1], lambda f: f.texts("x", most=2)),
    (["a"], lambda f: f.text_map("x")),
    ({"a": 1}, lambda f: f.text_map("x")),
    ({str(n): "" for n in range(201)}, lambda f: f.text_map("x")),
    ("a", lambda f: f.find("x")),
    ({}, lambda f: f.records("x", most=1)),
    ([{}, {}], lambda f: f.records("x", most=1)),
    (["a"], lambda f: f.records("x", most=1)),
]


@pytest.mark.parametrize(("value", "read"), REFUSED)
def test_other_values_are_refused_by_name(
    value: Any, read: Callable[[Fields], object]
) -> None:
    with pytest.raises(LineError) as caught:
        read(Fields({"x": value}, "inside: "))

    assert caught.value.problem is LineProblem.INVALID
    assert caught.value.detail == "inside: x"


@pytest.mark.parametrize("text", ["", "[]", "7", "{", '{"a": NaN}', "[" * 100_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(LineError) as caught:
        Fields.parse(text)

    assert caught.value.problem is LineProblem.MALFORMED


def test_a_row_comes_back_as_it_was_written() -> None:
    """Bytes, times, lists, numbers."""
    written = json.loads(json.dumps(row_as_json(COLUMNS, PASSKEY)))

    assert Fields(written).row(COLUMNS) == PASSKEY


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("credential_id", "*"),
        ("credential_id", None),
        ("sign_count", "1"),
        ("name", "x" * 129),
        ("transports", [1]),
        ("created_at", "now"),
        ("is_backed_up", 1),
    ],
)
def test_a_row_has_what_its_table_has(name: str, value: Any) -> None:
    written = {**row_as_json(COLUMNS, PASSKEY), name: value}

    with pytest.raises(LineError):
        Fields(written).row(COLUMNS)


def test_a_text_without_a_bound_is_as_long_as_it_is() -> None:
    column: Column[str] = Column("x", String(), nullable=False)

    assert Fields({"x": "y" * 5000}).row([column]) == {"x": "y" * 5000}


def test_times_are_written_with_their_zone() -> None:
    assert instant_text(None) is None
    assert instant_text(datetime(2026, 5, 4, tzinfo=UTC)) == "2026-05-04T00:00:00+00:00"


@given(st.text(max_size=200))
def test_any_text_is_an_object_or_refused(text: str) -> None:
    with suppress(LineError):
        Fields.parse(text)
