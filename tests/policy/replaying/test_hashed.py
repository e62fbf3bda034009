"""Values that are known by their hash."""

import operator
from datetime import UTC, datetime, timedelta, timezone
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.cel.errors import WithheldError
from gateway.cel.library.nanoseconds import moment
from gateway.cel.types import STRING
from gateway.cel.values import TypeName, Uint, equal, kind_of
from gateway.policy.recording.collector import digest_of_claims
from gateway.policy.recording.values import Hashed, digest_of
from gateway.policy.replaying.hashed import (
    _REMEMBERED,
    EXACT,
    HashedValue,
    Hashing,
    holds_hash,
    is_rounded,
)
from tests.policy.replaying.recorder import HASHER

HASHING = Hashing(HASHER)
DIGEST = HASHING.of
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


def hashed(value: Any, *, kind: str = "") -> HashedValue:
    """What a record holds of a value."""
    return HashedValue(digest_of(value, HASHER), kind=kind, digest_of=DIGEST)


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 2),
    st.integers(2**53 - 2, 2**53 + 2),
    st.integers(0, 2).map(Uint),
    st.sampled_from([0.0, -0.0, 0.5, 1.0, 2.0**53, 2.0**53 + 2, inf, -inf]),
    st.text("a1", max_size=2),
    st.binary(max_size=1),
    st.sampled_from([NOON, NOON.astimezone(timezone(timedelta(hours=2)))]),
    st.sampled_from([timedelta(0), timedelta(hours=1)]),
)
CONTAINERS = st.one_of(st.lists(ANYTHING, max_size=1), st.just({"a": 1}))


@given(ANYTHING, st.one_of(ANYTHING, CONTAINERS, st.just(nan)), st.booleans())
def test_equality_is_told_as_it_is_or_not_at_all(
    value: Any,
    other: Any,
    is_kind_known: bool,  # noqa: FBT001 - made up
) -> None:
    """CEL's own, whichever side is hashed."""
    secret = hashed(value, kind=kind_of(value) if is_kind_known else "")
    real = equal(value, other)

    for ask in (operator.eq, equal):
        for left, right in ((secret, other), (other, secret)):
            try:
                assert ask(left, right) is real
            except WithheldError:
                assert type(other) in {int, float}
                assert abs(other) >= EXACT


@given(ANYTHING, ANYTHING, st.booleans())
def test_two_hashes_are_compared_as_their_values_or_not_at_all(
    value: Any,
    other: Any,
    is_kind_known: bool,  # noqa: FBT001 - made up
) -> None:
    """Different hashes of numbers may be of equal ones."""
    kinds = [kind_of(each) if is_kind_known else "" for each in (value, other)]
    one, two = hashed(value, kind=kinds[0]), hashed(other, kind=kinds[1])

    try:
        assert (one == two) is equal(value, other)
    except WithheldError:
        assert not equal(value, other) or abs(value) >= EXACT


def test_texts_are_told_apart_by_their_hashes() -> None:
    """Where the type is declared, as nearly everywhere."""
    assert hashed("a", kind="string") == hashed("a", kind="string")
    assert hashed("a", kind="string") != hashed("b", kind="string")
    assert hashed("a") == hashed("a", kind="string")
    assert hashed("a", kind="string") != hashed(1)
    with pytest.raises(WithheldError):
        _ = hashed("a") == hashed("b")
    assert hashed("a") != TypeName(STRING.name)
    assert hashed("a") in ["b", "a"]


@pytest.mark.parametrize(
    "other",
    [datetime.min.replace(tzinfo=timezone(timedelta(hours=2))), moment(NOON, 5)],
)
def test_what_cannot_be_hashed_is_not_compared(other: datetime) -> None:
    """A time that no log could hold, and one that it would take for another."""
    with pytest.raises(WithheldError):
        _ = hashed(NOON) == other


def test_a_hash_is_no_key() -> None:
    """It would be looked for among hashes of another kind."""
    with pytest.raises(WithheldError):
        _ = hashed("a") in {"a", "b"}


def test_numbers_are_exact_up_to_a_limit() -> None:
    """Below it, an integer and a double are equal only if they are the same number."""
    assert not is_rounded(EXACT - 1)
    assert is_rounded(EXACT)
    assert is_rounded(-float(EXACT))
    assert not is_rounded(nan)


def test_hashes_are_remembered_by_kind() -> None:
    """`True` and 1 are the same key to Python, and not the same value."""
    assert DIGEST(True) != DIGEST(1)  # noqa: FBT003 - a value
    assert DIGEST(1) == DIGEST(1.0) == DIGEST(Uint(1))


def test_hashes_in_values_are_made_comparable() -> None:
    """Wherever they stand."""
    written = {"a": ["x", Hashed(DIGEST("y"))], "b": 1}

    revealed = HASHING.reveal(written, "string", key=HASHING.key)

    assert revealed == {"a": ["x", "y"], "b": 1}
    assert revealed["a"][1].kind == "string"


def test_hashes_of_another_key_are_not_compared_with_values() -> None:
    """Nothing would ever be equal, and nobody would know why."""
    secret = Hashed(DIGEST("y"))

    one, two = (HASHING.reveal(secret, "string", key="other") for _ in range(2))

    assert one == two
    with pytest.raises(WithheldError):
        _ = one == "y"


def test_claims_have_a_hash() -> None:
    """None have none."""
    assert HASHING.of_claims({}) == ""
    assert HASHING.of_claims({"a": 1}) == digest_of_claims({"a": 1}, HASHER)
    assert HASHING.of_claims({"a": True}) == digest_of_claims({"a": True}, HASHER)


def test_claims_are_hashed_once_as_long_as_they_are_few() -> None:
    """A log may hold a million."""
    asked: list[bytes] = []

    def counting(raw: bytes) -> str:
        asked.append(raw)
        return HASHER(raw)

    hashing = Hashing(counting)
    asked.clear()
    for number in (*range(_REMEMBERED), 0, _REMEMBERED, 0):
        hashing.of_claims({"a": number})

    assert len(asked) == _REMEMBERED + 2


def test_hashes_are_found_wherever_they_are() -> None:
    """In lists and maps, and by themselves."""
    secret = hashed("x")

    assert all(map(holds_hash, (secret, [secret], ((secret,),), {"a": [secret]})))
    assert not any(map(holds_hash, ("a", [], {}, [1, {"a": ()}])))
