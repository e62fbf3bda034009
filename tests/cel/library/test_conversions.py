"""Conversions; the language's own cases stand in `tests/conformance/cel`."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import ValueFault
from gateway.cel.library.conversions import CONVERSION_METHODS, CONVERSIONS
from gateway.cel.library.declaration import UNKNOWN
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    STRING,
    TIMESTAMP,
    TYPE,
    UINT,
    CelType,
)
from gateway.cel.values import INT_MAX, INT_MIN, UINT_MAX, TypeName, Uint


def convert(name: str, kind: CelType, value: Any) -> Any:
    (overload,) = (one for one in CONVERSIONS[name] if one.parameters == (kind,))
    return overload.apply(value)


@given(st.integers(INT_MIN, INT_MAX), st.integers(0, UINT_MAX))
def test_integers_survive_being_written(signed: int, unsigned: int) -> None:
    """And are read back as the same number."""
    text = convert("string", INT, signed)
    unsigned_text = convert("string", UINT, Uint(unsigned))

    assert convert("int", STRING, text) == signed
    assert convert("uint", STRING, unsigned_text) == unsigned
    assert type(convert("uint", STRING, unsigned_text)) is Uint


@given(st.floats(allow_nan=False))
def test_doubles_survive_being_written(value: float) -> None:
    """With as many digits as are needed."""
    assert convert("double", STRING, convert("string", DOUBLE, value)) == value


@given(st.floats())
def test_a_double_fits_an_integer_or_fails(value: float) -> None:
    """Cut off towards zero."""
    for name, low, high in (("int", INT_MIN, INT_MAX), ("uint", 0, UINT_MAX)):
        try:
            assert convert(name, DOUBLE, value) == math.trunc(value)
        except ValueFault:
            assert math.isnan(value) or not low < value < high


@given(st.text())
def test_text_becomes_bytes_and_text_again(text: str) -> None:
    """Unless it is no Unicode."""
    try:
        octets = convert("bytes", STRING, text)
    except ValueFault:
        assert any("\ud800" <= character <= "\udfff" for character in text)
        return
    assert convert("string", BYTES, octets) == text


@given(st.text())
def test_any_text_is_converted_or_refused(text: str) -> None:
    """Nothing but `ValueFault` comes out."""
    for name in ("int", "uint", "double", "bool", "timestamp", "duration"):
        try:
            assert convert(name, STRING, text) is not None
        except ValueFault:
            continue


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("int", "9" * 5_000),
        ("uint", "9" * 5_000),
        ("double", "9" * 5_000),
        ("int", "1e3"),
        ("uint", "-1"),
        ("double", "1_0"),
        ("bool", "yes"),
        ("string", b"\xff"),
        ("bytes", "\ud800"),
    ],
)
def test_what_is_none_is_refused(name: str, text: Any) -> None:
    """Also what would take long to read."""
    with pytest.raises(ValueFault):
        convert(name, BYTES if isinstance(text, bytes) else STRING, text)


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("int", INT, 1),
        ("uint", UINT, Uint(1)),
        ("double", DOUBLE, 1.5),
        ("bool", BOOL, True),
        ("string", STRING, "a"),
        ("bytes", BYTES, b"a"),
    ],
)
def test_a_value_of_the_type_stays(name: str, kind: CelType, value: Any) -> None:
    """As it is."""
    assert convert(name, kind, value) is value


def test_the_ends_of_the_ranges() -> None:
    """The first that does not fit."""
    for name, kind, value in (
        ("int", UINT, Uint(INT_MAX + 1)),
        ("uint", INT, -1),
        ("int", DOUBLE, -(2.0**63)),
        ("uint", DOUBLE, 2.0**64),
    ):
        with pytest.raises(ValueFault):
            convert(name, kind, value)
    assert convert("int", UINT, Uint(INT_MAX)) == INT_MAX
    assert convert("uint", DOUBLE, 1.9) == Uint(1)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (math.nan, "NaN"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (0.0, "0"),
        (-0.0, "-0"),
        (100.0, "100"),
        (123456.5, "123456.5"),
        (1e6, "1e+06"),
        (-1.25e-7, "-1.25e-07"),
        (0.0001, "0.0001"),
        (1e-5, "1e-05"),
        (1e100, "1e+100"),
    ],
)
def test_how_doubles_are_written(value: float, text: str) -> None:
    """As Google's runtimes write them."""
    assert convert("string", DOUBLE, value) == text


def test_bools_are_written_in_lower_case() -> None:
    """Not as Python writes them."""
    assert convert("string", BOOL, True) == "true"  # noqa: FBT003 - the value
    assert convert("string", BOOL, False) == "false"  # noqa: FBT003 - the value


def test_types_and_sizes() -> None:
    """Of any value; of what has one."""
    (type_of,) = CONVERSIONS["type"]
    (dyn,) = CONVERSIONS["dyn"]

    assert (type_of.apply(1.5), type_of.result) == (TypeName("double"), TYPE)
    assert (dyn.apply(1), dyn.result) == (1, DYN)
    assert [one.apply("abc") for one in CONVERSION_METHODS["size"]] == [3] * 4


@pytest.mark.parametrize(
    ("name", "text"), [("timestamp", "2026-05-04T12:00:00Z"), ("duration", "1h")]
)
def test_a_constant_time_is_read_once(name: str, text: str) -> None:
    """At load, where one that is none is refused."""
    (overload,) = (one for one in CONVERSIONS[name] if one.parameters == (STRING,))
    assert overload.prepare is not None
    kind = TIMESTAMP if name == "timestamp" else DURATION

    prepared = overload.prepare([text], kind)

    assert prepared("ignored") == overload.apply(text)
    assert overload.prepare([UNKNOWN], kind)(text) == overload.apply(text)
    with pytest.raises(ValueFault):
        overload.prepare(["x"], kind)
