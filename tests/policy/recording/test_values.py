"""Values of the decision log: what is written comes back."""

import hashlib
import json
import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.library.nanoseconds import moment, span
from gateway.cel.values import UINT_MAX, Uint, equal, kind_of
from gateway.policy.recording.values import (
    MAX_DEPTH,
    Hashed,
    MalformedValueError,
    UnrecordableError,
    decode,
    digest_of,
    encode,
    name_of_key,
    write,
)

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def hasher(raw: bytes) -> str:
    return hashlib.sha256(b"key" + raw).hexdigest()[:32]


class Kind(StrEnum):
    GUEST = "guest"


@pytest.mark.parametrize(
    ("value", "encoded"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("ä", "ä"),
        (Kind.GUEST, "guest"),
        (Uint(7), {"$uint": 7}),
        (math.inf, {"$double": "inf"}),
        (-math.inf, {"$double": "-inf"}),
        (NOON, {"$time": "2026-05-04T12:00:00Z"}),
        (NOON.replace(microsecond=120), {"$time": "2026-05-04T12:00:00.000120Z"}),
        (
            NOON.astimezone(timezone(timedelta(hours=2))),
            {"$time": "2026-05-04T12:00:00Z"},
        ),
        (timedelta(hours=1), {"$duration": "3600s"}),
        (timedelta(microseconds=-1_500_000), {"$duration": "-1.5s"}),
        (timedelta(0), {"$duration": "0s"}),
        (b"\x00\xff", {"$bytes": "AP8="}),
        (("a", "b"), ["a", "b"]),
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        (MappingProxyType({"a": 1}), {"a": 1}),
        ({"$a": 1}, {"$map": [["$a", 1]]}),
        ({1: "a", Uint(2): "b"}, {"$map": [[1, "a"], [{"$uint": 2}, "b"]]}),
        (Hashed("d1"), {"$hash": "d1"}),
    ],
)
def test_a_value_is_written_and_comes_back(value: Any, encoded: Any) -> None:
    """Of the same kind, and equal."""
    assert encode(value) == encoded
    back = decode(json.loads(write(encode(value))))
    assert kind_of(back) == kind_of(value)
    assert back == value or equal(back, value)


def test_nan_comes_back_as_nan() -> None:
    """JSON has no such number."""
    assert encode(math.nan) == {"$double": "nan"}
    assert math.isnan(decode({"$double": "nan"}))
    # It equals nothing, so there is nothing that a hash of it could be equal to.
    assert encode(math.nan, hasher) == {"$double": "nan"}


def test_a_time_without_a_zone_is_utc() -> None:
    """As everywhere here."""
    assert encode(NOON.replace(tzinfo=None)) == encode(NOON)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, UINT_MAX).map(Uint),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=8),
    st.datetimes(timezones=st.just(UTC)),
    st.timedeltas(),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(), inner, max_size=3),
        st.dictionaries(st.integers(2, 9), inner, max_size=3),
    ),
    max_leaves=8,
)


@given(VALUES)
def test_every_value_comes_back(value: Any) -> None:
    """Through the text of the line, since that is what is kept."""
    back = decode(json.loads(write(encode(value))))

    assert kind_of(back) == kind_of(value)
    assert equal(back, value)


@given(LEAVES, LEAVES)
def test_hashes_are_equal_if_the_values_are(left: Any, right: Any) -> None:
    """That is all that can be told of them."""
    same = encode(left, hasher) == encode(right, hasher)

    assert same is equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (1, 1.0),
        (1, Uint(1)),
        (0.0, -0.0),
        (Kind.GUEST, "guest"),
        (NOON, NOON.astimezone(timezone(timedelta(hours=-3)))),
    ],
)
def test_equals_of_another_kind_have_the_same_hash(left: Any, right: Any) -> None:
    """Numbers are compared as numbers in CEL, and instants as instants."""
    assert digest_of(left, hasher) == digest_of(right, hasher)


def test_a_key_has_a_name_that_no_value_shares() -> None:
    """Short, so that nobody takes it for a hash."""
    name = name_of_key(hasher)

    assert re.fullmatch("[0-9a-f]{8}", name)
    assert name == name_of_key(hasher)
    assert name != name_of_key(lambda raw: hasher(b"other" + raw))


def test_leaves_are_hashed_one_by_one() -> None:
    """So that membership can still be told."""
    encoded = encode({"a": ["x", "y"], "b": True}, hasher)

    assert encoded == {
        "a": [{"$hash": digest_of("x", hasher)}, {"$hash": digest_of("y", hasher)}],
        "b": encode(value=True, hasher=hasher),
    }
    assert decode(encoded)["a"][0] == Hashed(digest_of("x", hasher))
    assert encode(Hashed("d1"), hasher) == {"$hash": "d1"}


@pytest.mark.parametrize(
    "value",
    [SimpleNamespace(a=1), object(), {1, 2}, {("a",): 1}, [SimpleNamespace()]],
)
def test_what_is_no_value_has_no_form(value: Any) -> None:
    """Whole records, and what no expression could hold."""
    with pytest.raises(UnrecordableError, match="has no form"):
        encode(value)


@pytest.mark.parametrize("value", [moment(NOON, 5), span(1_000_005)])
def test_what_the_log_would_cut_off_has_no_form(value: Any) -> None:
    """Else it would have the hash of another moment."""
    with pytest.raises(UnrecordableError, match="nanoseconds"):
        digest_of(value, hasher)


def test_a_time_at_the_end_of_time_has_no_form() -> None:
    """In UTC, it would be after the year 9999."""
    value = datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-2)))

    with pytest.raises(UnrecordableError, match="years"):
        encode(value)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_has_a_limit_in_both_directions() -> None:
    """Nobody's stack is for callers to use up."""
    assert decode(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    with pytest.raises(UnrecordableError, match="nested"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(MalformedValueError, match="nested"):
        decode(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    ("value", "length"),
    [("a" * 10, 10), (b"1234", 4), (["a", "bc"], 4), ({"ab": 1, 2: 3}, 6), (1, 1)],
)
def test_a_long_value_is_refused_before_it_is_written(value: Any, length: int) -> None:
    """Whatever its shape; the work is bounded with it."""
    assert encode(value, most=length) is not None
    with pytest.raises(UnrecordableError, match="too long"):
        encode(value, most=length - 1)


@pytest.mark.parametrize(
    "encoded",
    [
        {"$time": "yesterday"},
        {"$time": "2026-05-04T12:00:00"},
        {"$time": "0001-01-01T00:00:00+05:00"},
        {"$time": 7},
        {"$duration": "1h"},
        {"$duration": "999999999999999s"},
        {"$bytes": "?"},
        {"$double": "1.5"},
        {"$uint": -1},
        {"$uint": True},
        {"$uint": UINT_MAX + 1},
        {"$uint": 1, "a": 2},
        {"$hash": "a", "$time": "b"},
        {"$hash": 7},
        {"$nothing": 1},
        {"$map": 7},
        {"$map": [[1, 2]], "a": 1},
        {"$map": [[1]]},
        {"$map": [7]},
        {"$map": [[None, 1]]},
        {"$map": [[[1], 1]]},
        {"$map": [[{"$time": "2026-05-04T12:00:00Z"}, 1]]},
        {"a": {"$nothing": 1}},
        object(),
    ],
)
def test_what_was_never_written_is_refused(encoded: Any) -> None:
    """A log is a file that anybody may have edited."""
    with pytest.raises(MalformedValueError):
        decode(encoded)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["$time", "$map", "$uint", "$bytes", "$duration", "a"]),
            inner,
            max_size=2,
        ),
    ),
    max_leaves=8,
)


@given(JSON)
def test_nothing_but_the_declared_error_comes_out(encoded: Mapping[str, Any]) -> None:
    """Whatever stands in the line."""
    with suppress(MalformedValueError):
        decode(encoded)
