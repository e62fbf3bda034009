"""Values are written as the language would read them."""

import math
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.environment import Environment
from gateway.cel.notation import notation, quoted
from gateway.cel.types import INT, STRING, RecordType
from gateway.cel.values import TypeName, Uint, equal, kind_of

ENVIRONMENT = Environment({}, max_cost=math.inf)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.integers(0, 2**64 - 1).map(Uint)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)).map(  # noqa: DTZ001 - hypothesis wants naive bounds
        lambda moment: moment.replace(tzinfo=UTC)
    )
    | st.timedeltas(timedelta(days=-9999), timedelta(days=9999)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(VALUES)
def test_what_is_written_is_read_as_the_same_value(value: Any) -> None:
    """The pair of the parser."""
    again = ENVIRONMENT.compile(notation(value)).evaluate({})

    assert kind_of(again) == kind_of(value)
    assert equal(again, value)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (None, "null"),
        (Uint(5), "5u"),
        (1.0, "1.0"),
        (math.nan, "double('NaN')"),
        (-math.inf, "double('-Infinity')"),
        ("a'b\\\n\x1b\U000e0001", "'a\\'b\\\\\\n\\u001b\\U000e0001'"),
        (b"a'\xff\n", "b'a\\'\\xff\\n'"),
        (TypeName("int"), "int"),
        (datetime(2026, 5, 4, 12, tzinfo=UTC), "timestamp('2026-05-04T12:00:00Z')"),
        (timedelta(minutes=1.5), "duration('90s')"),
        (("a", 1), "['a', 1]"),
        ({"a": [1]}, "{'a': [1]}"),
    ],
)
def test_each_kind_has_its_form(value: Any, written: str) -> None:
    """Nothing in it steers a terminal."""
    assert notation(value) == written
    assert notation(value).isprintable()


def test_a_record_shows_its_fields() -> None:
    """If its type is known; a field that fails says so."""

    class Failing:
        name = "ana"

        @property
        def age(self) -> int:
            raise ValueError

    kind = RecordType("person", {"name": STRING, "age": INT})

    assert notation(Failing(), kind) == "person{name: 'ana', age: <error>}"
    assert notation(SimpleNamespace()) == "<SimpleNamespace>"


def test_text_is_quoted() -> None:
    """Characters that can be seen stay."""
    assert quoted("é€") == "'é€'"
