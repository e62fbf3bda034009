"""Values at run time: Python's, with CEL's equality, order and kinds."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import ValueFault
from gateway.cel.types import (
    DYN,
    INT,
    STRING,
    CelType,
    ListType,
    MapType,
    RecordType,
)
from gateway.cel.values import (
    TypeName,
    Uint,
    canonical,
    compare,
    conforms,
    contains,
    equal,
    has_key,
    kind_of,
)

NAN = math.nan


class Kind(StrEnum):
    """A string with a class of its own, like `IdentityKind`."""

    GUEST = "guest"


class Level(IntEnum):
    """An integer with a class of its own."""

    LOW = 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "bool"),
        (1, "int"),
        (Uint(1), "uint"),
        (1.0, "double"),
        ("a", "string"),
        (b"a", "bytes"),
        (None, "null_type"),
        ([], "list"),
        ((), "list"),
        ({}, "map"),
        (MappingProxyType({}), "map"),
        (datetime(2026, 1, 1, tzinfo=UTC), "google.protobuf.Timestamp"),
        (timedelta(1), "google.protobuf.Duration"),
        (TypeName("int"), "type"),
        (Kind.GUEST, "string"),
        (Level.LOW, "int"),
        (SimpleNamespace(), "record"),
    ],
)
def test_each_value_has_a_kind(value: Any, kind: str) -> None:
    """Subclasses count as what they derive from."""
    assert kind_of(value) == kind


def test_a_uint_says_that_it_is_one() -> None:
    """In explanations and test failures, 5u is not 5."""
    assert repr([Uint(5)]) == "[5u]"


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.builds(Uint, st.integers(0, 2))
    | st.sampled_from([0.0, 1.0, 1.5, NAN])
    | st.sampled_from(["", "a", "1"])
    | st.sampled_from([b"", b"a"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["a", "b"]) | st.integers(0, 1), inner, max_size=2
        )
    ),
    max_leaves=4,
)


@given(VALUES, VALUES)
def test_what_goes_into_a_set_is_equal_exactly_if_the_values_are(
    left: Any, right: Any
) -> None:
    """`any_of` and `all_of` compare by `canonical`."""
    assert (canonical(left) == canonical(right)) == equal(left, right)
    if equal(left, right):
        assert hash(canonical(left)) == hash(canonical(right))


def test_what_is_not_a_number_is_in_no_set() -> None:
    """Not even with itself."""
    assert canonical(NAN) != canonical(NAN)
    assert canonical([NAN]) != canonical([NAN])


@given(VALUES, VALUES)
def test_equality_is_symmetric(left: Any, right: Any) -> None:
    """Whatever the two are."""
    assert equal(left, right) == equal(right, left)
    assert contains([1, right], left) == (equal(1, left) or equal(right, left))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ([1], (1.0,)),
        ({1: "a"}, {Uint(1): "a"}),
        (MappingProxyType({"a": [1]}), {"a": (1,)}),
        (Kind.GUEST, "guest"),
    ],
)
def test_the_class_of_a_container_does_not_matter(left: Any, right: Any) -> None:
    """A list may come as a tuple, a map as any mapping."""
    assert equal(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [(True, 1), (0, False), ([1], [True]), ({"a": 1}, {"b": 1}), ({1: 1}, {True: 1})],
)
def test_true_is_not_one(left: Any, right: Any) -> None:
    """Python disagrees."""
    assert not equal(left, right)


@pytest.mark.parametrize(
    ("mapping", "key", "found"),
    [
        ({"a": 1}, "a", True),
        ({"a": 1}, "b", False),
        ({1: 1}, 1.0, True),
        ({1: 1}, True, False),
        ({True: 1}, 1, False),
        ({True: 1}, True, True),
        ({0: 1}, False, False),
        ({7: 1}, Uint(7), True),
        ({"a": 1}, [], False),
        ({"a": 1}, None, False),
    ],
)
def test_keys_keep_their_kind(mapping: Mapping[Any, Any], key: Any, found: Any) -> None:
    """What cannot be a key is not in any map."""
    assert has_key(mapping, key) == found


@pytest.mark.parametrize(
    ("left", "right", "order"),
    [
        (1, 2, -1),
        (2, Uint(1), 1),
        (2**53 + 1, 2.0**53, 0),
        (2**53 + 1, Uint(2**53), 1),
        (10**400, math.inf, -1),
        (1, 1.0, 0),
        (NAN, 1, None),
        ("a", "b", -1),
        (False, True, -1),
    ],
)
def test_numbers_are_compared_as_numbers(left: Any, right: Any, order: Any) -> None:
    """As doubles beside a double, else exactly."""
    assert compare(left, right) == order


@pytest.mark.parametrize(
    ("left", "right"), [(1, "a"), (None, None), ([], []), (True, 1)]
)
def test_the_rest_has_no_order(left: Any, right: Any) -> None:
    """An error, and no guess."""
    with pytest.raises(ValueFault):
        compare(left, right)


@pytest.mark.parametrize(
    ("value", "kind", "answer"),
    [
        (1, INT, True),
        (True, INT, False),
        (Uint(1), INT, False),
        ("a", DYN, True),
        (["a"], ListType(STRING), True),
        (["a", 1], ListType(STRING), False),
        ("a", ListType(STRING), False),
        ({"a": [1]}, MapType(STRING, ListType(INT)), True),
        ({"a": ["b"]}, MapType(STRING, ListType(INT)), False),
        ({1: 1}, MapType(STRING, INT), False),
        ([], MapType(STRING, INT), False),
        (SimpleNamespace(), RecordType("r", {}), True),
        ({}, RecordType("r", {}), False),
    ],
)
def test_a_value_is_of_a_type_through_and_through(
    value: Any, kind: CelType, answer: Any
) -> None:
    """One wrong element is one too many."""
    assert conforms(value, kind) == answer
