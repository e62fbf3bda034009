"""Only what JSON can write becomes a claim."""

import json
import math
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DURATION,
    DYN,
    INT,
    NULL,
    STRING,
    TIMESTAMP,
    UINT,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import Uint
from gateway.model.identity import IdentityKind
from gateway.policy.json_values import (
    NotJsonError,
    as_json,
    is_json_type,
    written_bytes,
)
from tests.policy.files import NOON


@pytest.mark.parametrize(
    "kind",
    [
        *(BOOL, DOUBLE, DYN, INT, NULL, STRING, UINT),
        ListType(STRING),
        MapType(STRING, ListType(INT)),
        MapType(DYN, DYN),
    ],
    ids=str,
)
def test_types_of_json_are_claims(kind: CelType) -> None:
    """RFC 7519 section 4: a claim's value is any JSON value."""
    assert is_json_type(kind)


@pytest.mark.parametrize(
    "kind",
    [
        *(BYTES, DURATION, TIMESTAMP, RecordType("identity", {})),
        ListType(TIMESTAMP),
        MapType(INT, STRING),
        MapType(STRING, BYTES),
    ],
    ids=str,
)
def test_other_types_are_not(kind: CelType) -> None:
    """Known at load, so that no request has to fail for it."""
    assert not is_json_type(kind)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(JSON)
def test_a_json_value_stays_what_it_is(value: Any) -> None:
    """Infinite numbers apart, which JSON does not have."""
    try:
        text = json.dumps(value, allow_nan=False)
    except ValueError:
        with pytest.raises(NotJsonError):
            as_json(value)
    else:
        assert json.dumps(as_json(value)) == text


def test_classes_of_our_own_become_plain() -> None:
    """Nobody behind this package has to know them."""
    value = as_json((IdentityKind.GUEST, Uint(7), {"a": (True,)}))

    assert value == ["guest", 7, {"a": [True]}]
    assert [type(each) for each in value] == [str, int, dict]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (math.nan, "not finite"),
        (math.inf, "not finite"),
        (b"x", "bytes"),
        (NOON, "datetime"),
        (timedelta(1), "timedelta"),
        ({1: 2}, "keys"),
        ([{"a": object()}], "object"),
    ],
)
def test_what_json_cannot_write_is_refused(value: Any, kind: str) -> None:
    """The message names the kind and never the value."""
    with pytest.raises(NotJsonError, match=kind):
        as_json(value)


def test_nesting_has_an_end() -> None:
    """The last depth that passes, and the first that does not."""
    deep: Any = 1
    for _ in range(16):
        deep = [deep]

    assert as_json(deep) == deep
    with pytest.raises(NotJsonError, match="deeply"):
        as_json([deep])


@given(st.recursive(st.text() | st.integers(), st.lists))
def test_the_size_is_that_of_what_is_written(value: Any) -> None:
    """Each character as UTF-8 has it, and not as an escape."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    assert written_bytes(value) == len(text.encode())


def test_half_a_character_has_no_size() -> None:
    """No encoding has it, so no token can."""
    with pytest.raises(NotJsonError, match="no valid Unicode"):
        written_bytes(["\ud83d"])
