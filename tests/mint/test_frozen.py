"""Frozen claims are equal if they become the same JSON, and only then."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mint.frozen import MAX_DEPTH, freeze_claims
from gateway.model.errors import MintError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from([0.0, -0.0, 1.0, "", "1", "true", "null"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from("ab1"), inner, max_size=2)
    ),
    max_leaves=6,
)
CLAIMS = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@given(one=CLAIMS, other=CLAIMS)
def test_claims_are_equal_frozen_if_they_are_equal_as_json(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    """One caller must not get the token of another because `1 == True`."""
    same_json = json.dumps(one) == json.dumps(other)

    assert (freeze_claims(one) == freeze_claims(other)) == same_json
    if same_json:
        assert hash(freeze_claims(one)) == hash(freeze_claims(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        (1, "1"),
        (None, "None"),
        ([], {}),
        ([], None),
        ([1], [True]),
        ([["a"]], ["a"]),
        ({"a": 1}, [["a", 1]]),
        (0.0, -0.0),
    ],
)
def test_what_python_takes_for_equal_is_told_apart(one: Any, other: Any) -> None:
    """The cases that a plain comparison gets wrong."""
    assert freeze_claims({"a": one}) != freeze_claims({"a": other})


def test_lists_and_tuples_are_the_same_json() -> None:
    """Expressions give either."""
    assert freeze_claims({"a": ["x", 1]}) == freeze_claims({"a": ("x", 1)})


def test_frozen_claims_do_not_change_with_what_they_were_made_of() -> None:
    """The key stays what it was when the token was minted."""
    roles = ["customer"]
    before = freeze_claims({"roles": roles})
    roles.append("admin")

    assert freeze_claims({"roles": roles}) != before
    assert before == freeze_claims({"roles": ["customer"]})


@pytest.mark.parametrize("value", [b"x", {1}, datetime(2026, 5, 4, tzinfo=UTC), int])
def test_what_json_cannot_write_is_refused(value: Any) -> None:
    """At any depth."""
    for claims in ({"a": value}, {"a": [value]}, {"a": {"b": value}}):
        with pytest.raises(MintError, match="no JSON"):
            freeze_claims(claims)


def test_claims_are_nested_to_a_limit() -> None:
    """The pair around it."""
    value: Any = "x"
    for _ in range(MAX_DEPTH):
        value = [value]

    assert freeze_claims({"a": value}) == freeze_claims({"a": value})
    with pytest.raises(MintError, match="nested too deeply"):
        freeze_claims({"a": [[value]]})
