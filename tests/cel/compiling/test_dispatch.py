"""Which implementation a call has, and that the fast ones mean the same."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.compiling.dispatch import implementation
from gateway.cel.errors import ValueFault
from gateway.cel.library.conversions import CONVERSIONS
from gateway.cel.library.declaration import Overload
from gateway.cel.library.operators import OPERATORS
from gateway.cel.types import (
    BOOL,
    BYTES,
    DOUBLE,
    DYN,
    INT,
    STRING,
    UINT,
    A,
    CelType,
    ListType,
    MapType,
)
from gateway.cel.values import Uint, compare, contains, equal

OF_TYPE: dict[CelType, st.SearchStrategy[Any]] = {
    BOOL: st.booleans(),
    INT: st.integers(-2, 2),
    UINT: st.builds(Uint, st.integers(0, 2)),
    DOUBLE: st.sampled_from([0.0, -0.0, 1.5, math.nan, math.inf]),
    STRING: st.sampled_from(["", "a", "b"]),
    BYTES: st.sampled_from([b"", b"a"]),
}
OF_TYPE |= {
    ListType(kind): st.lists(values, max_size=2)
    | st.lists(values, max_size=2).map(tuple)
    for kind, values in list(OF_TYPE.items())
}
KINDS = list(OF_TYPE)
SIMPLE = [kind for kind in KINDS if not isinstance(kind, ListType)]


def call(name: str, types: list[CelType], *values: Any) -> Any:
    overloads = OPERATORS[name]
    return implementation(name, overloads, types, checked=False)(*values)


@given(st.data(), st.sampled_from(KINDS))
def test_equality_of_known_types_is_equality(
    data: st.DataObject, kind: CelType
) -> None:
    """Also of a list with a tuple, and of `NaN`."""
    left, right = data.draw(OF_TYPE[kind]), data.draw(OF_TYPE[kind])

    assert call("_==_", [kind, kind], left, right) == equal(left, right)
    assert call("_!=_", [kind, kind], left, right) != equal(left, right)


@given(st.data(), st.sampled_from([STRING, BYTES]), st.sampled_from(KINDS))
def test_a_string_equals_nothing_of_another_kind(
    data: st.DataObject, kind: CelType, other: CelType
) -> None:
    """So Python's equality will do, whatever the other side is."""
    left, right = data.draw(OF_TYPE[kind]), data.draw(OF_TYPE[other])

    assert call("_==_", [kind, DYN], left, right) == equal(left, right)
    assert call("_!=_", [DYN, kind], right, left) != equal(left, right)


@given(st.data(), st.sampled_from(SIMPLE))
def test_order_of_known_types_is_order(data: st.DataObject, kind: CelType) -> None:
    """`NaN` has none."""
    left, right = data.draw(OF_TYPE[kind]), data.draw(OF_TYPE[kind])
    order = compare(left, right)

    for types in ([kind, kind], [kind, DYN]):
        assert call("_<_", types, left, right) == (order == -1)
        assert call("_<=_", types, left, right) == (order in {-1, 0})
        assert call("_>_", types, left, right) == (order == 1)
        assert call("_>=_", types, left, right) == (order in {0, 1})


@given(st.data(), st.sampled_from(SIMPLE))
def test_membership_of_known_types_is_membership(
    data: st.DataObject, kind: CelType
) -> None:
    """Python looks at identity first; `NaN` must not be found that way."""
    value = data.draw(OF_TYPE[kind])
    items = [*data.draw(OF_TYPE[ListType(kind)]), value]

    assert call("_in_", [kind, ListType(kind)], value, items) == contains(items, value)


def test_maps_with_known_keys_are_asked_directly() -> None:
    """A key that is not there is an error."""
    types: list[CelType] = [MapType(STRING, INT), STRING]

    assert call("_[_]", types, {"a": 1}, "a") == 1
    assert call("_in_", [STRING, MapType(STRING, INT)], "a", {"a": 1})
    with pytest.raises(ValueFault):
        call("_[_]", types, {"a": 1}, "b")
    assert not call("_in_", [INT, ListType(INT)], 1, [])


@pytest.mark.parametrize(
    ("container", "key", "value"),
    [
        ([7], 0, 7),
        ((7,), Uint(0), 7),
        ([7], 0.0, 7),
        ({"a": 7}, "a", 7),
        ({1: 7}, 1.0, 7),
    ],
)
def test_containers_of_unknown_type_are_indexed(
    container: Any, key: Any, value: Any
) -> None:
    """By any number that is whole, or by key."""
    index = implementation("_[_]", OPERATORS["_[_]"], [DYN, DYN], checked=True)

    assert index(container, key) == value


@pytest.mark.parametrize(
    ("container", "key"), [([7], "0"), ([7], True), ("a", 0), (None, 0), ({}, [])]
)
def test_what_has_no_index_is_an_error(container: Any, key: Any) -> None:
    """A bool is no number."""
    index = implementation("_[_]", OPERATORS["_[_]"], [DYN, DYN], checked=True)

    with pytest.raises(ValueFault):
        index(container, key)


def test_membership_in_what_is_unknown() -> None:
    """A list by element, a map by key, the rest is an error."""
    is_in = implementation("_in_", OPERATORS["_in_"], [DYN, DYN], checked=True)

    assert is_in(1, [1.0])
    assert is_in("a", {"a": 1})
    for value, container in (("a", "abc"), (None, {"a": 1}), (1, None)):
        with pytest.raises(ValueFault):
            is_in(value, container)


def test_an_overload_is_chosen_by_what_the_values_are() -> None:
    """If none takes them, it is an error that names their kinds and not them."""
    add = implementation("_+_", OPERATORS["_+_"], [DYN, DYN], checked=True)

    assert add(1, 2) == 3
    assert add("a", "b") == "ab"
    assert add([1], ("a",)) == [1, "a"]
    with pytest.raises(ValueFault, match="not defined for int, string"):
        add(1, "secret")


def test_equality_of_what_holds_more_is_general() -> None:
    """Lists of lists, and of unknown elements."""
    for kind in (ListType(ListType(INT)), ListType(DYN), MapType(STRING, INT)):
        chosen = implementation("_==_", OPERATORS["_==_"], [kind, kind], checked=False)
        assert chosen is equal


def test_a_map_and_anything_at_all_are_accepted() -> None:
    """By the overloads that take them."""
    size = implementation("size", CONVERSIONS["size"], [DYN], checked=True)
    anything = Overload((A, STRING), INT, lambda *_: 7)
    either = implementation("f", [anything, anything], [DYN, DYN], checked=True)

    assert size({"a": 1}) == size([1]) == size("a") == 1
    assert either(None, "a") == 7
    with pytest.raises(ValueFault):
        either(None, None)


def test_three_arguments_have_no_operator() -> None:
    """The only implementation is the declared one."""
    declared = OPERATORS["_==_"]

    chosen = implementation("f", declared, [INT, INT, INT], checked=False)

    assert chosen is declared[0].apply
