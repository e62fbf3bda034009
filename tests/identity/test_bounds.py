"""What an issuer writes is sized and writable before it is anybody's name."""

import json
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.identity.bounds import (
    MAX_AHEAD,
    MAX_ATTRIBUTE_DEPTH,
    MAX_ATTRIBUTE_VALUES,
    MAX_ITEMS,
    MAX_TEXT_CHARACTERS,
    check_sign_in,
    check_subject,
    check_text,
    check_texts,
    freeze_attribute,
    is_verified_address,
)
from gateway.model.errors import MalformedCredentialError
from gateway.model.identity import MAX_SUBJECT_CHARACTERS
from tests.identity.files import NOON


@pytest.mark.parametrize(
    "subject", ["x", "x" * MAX_SUBJECT_CHARACTERS, "Ana María", "a|b@c:d/e", "日本"]
)
def test_a_subject_is_printable_text(subject: str) -> None:
    """As long as a SAML NameID may be."""
    assert check_subject(subject) == subject


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "x" * (MAX_SUBJECT_CHARACTERS + 1),
        "a\0b",
        "a\nb",
        "a\x1b[31m",
        "a\u202eb",
        "a\ud800",
        "a\u00a0b",
    ],
)
def test_a_subject_that_looks_like_another_is_refused(subject: str) -> None:
    """Controls, marks of direction, odd spaces; and nothing at all."""
    with pytest.raises(MalformedCredentialError):
        check_subject(subject)


def test_a_text_is_bounded() -> None:
    """The pair around the limit."""
    longest = "é" * MAX_TEXT_CHARACTERS

    assert check_text("name", longest) == longest
    with pytest.raises(MalformedCredentialError, match="name is of"):
        check_text("name", longest + "é")


def test_half_a_surrogate_pair_is_no_text() -> None:
    """JSON can say it, and no log could write it."""
    with pytest.raises(MalformedCredentialError, match="no Unicode"):
        check_text("name", json.loads('"\\ud800"'))
    assert check_text("name", json.loads('"\\ud83d\\ude00"')) == "\N{GRINNING FACE}"


def test_a_list_is_bounded_and_so_is_each_text_in_it() -> None:
    """The pair around the limit."""
    most = ["g"] * MAX_ITEMS

    assert check_texts("groups", most) == tuple(most)
    with pytest.raises(MalformedCredentialError, match="items"):
        check_texts("groups", [*most, "g"])
    with pytest.raises(MalformedCredentialError):
        check_texts("groups", ["g" * (MAX_TEXT_CHARACTERS + 1)])


def test_nobody_has_signed_in_tomorrow() -> None:
    """A policy that asks for a fresh sign-in would believe it."""
    assert check_sign_in(NOON + MAX_AHEAD, NOON) == NOON + MAX_AHEAD
    with pytest.raises(MalformedCredentialError, match="to come"):
        check_sign_in(NOON + MAX_AHEAD + timedelta(seconds=1), NOON)


@pytest.mark.parametrize(
    ("email", "verified", "expected"),
    [
        ("ana@example.com", True, True),
        ("ana@example.com", False, False),
        ("", True, False),
        ("ana", True, False),
        ("@example.com", True, False),
        ("ana@", True, False),
        ("ana@evil.example@example.com", True, False),
    ],
)
def test_multi_at_ghsa_c5c4_8r6x_56w3_only_one_address_is_verified(
    email: str, *, verified: bool, expected: bool
) -> None:
    """Exactly one `@`, and the provider's word."""
    assert is_verified_address(email, verified=verified) is expected


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=30,
)


def _same(frozen: Any, value: Any) -> bool:
    if isinstance(value, list):
        return isinstance(frozen, tuple) and all(map(_same, frozen, value))
    if isinstance(value, dict):
        return isinstance(frozen, MappingProxyType) and all(
            _same(frozen[name], item) for name, item in value.items()
        )
    return frozen is value or repr(frozen) == repr(value)


@given(value=VALUES)
def test_an_attribute_is_frozen_as_it_is_or_refused(value: Any) -> None:
    """Whatever comes in, only the declared error comes out."""
    try:
        frozen = freeze_attribute("a", value)
    except MalformedCredentialError:
        return
    assert _same(frozen, value)


def test_an_attribute_does_not_change_with_the_claims() -> None:
    """The identity is remembered for minutes."""
    claims = {"teams": ["a"]}
    frozen = freeze_attribute("a", claims)
    claims["teams"].append("admin")

    assert frozen["teams"] == ("a",)


def test_an_attribute_has_so_many_values_and_no_more() -> None:
    """Those inside of values counted; the pair around the limit."""
    most = [0] * (MAX_ATTRIBUTE_VALUES - 1)

    assert len(freeze_attribute("a", most)) == MAX_ATTRIBUTE_VALUES - 1
    with pytest.raises(MalformedCredentialError, match="too many values"):
        freeze_attribute("a", [*most, 0])


def test_an_attribute_is_so_deep_and_no_deeper() -> None:
    """The pair around the limit."""
    value: Any = 0
    for _ in range(MAX_ATTRIBUTE_DEPTH):
        value = [value]

    assert freeze_attribute("a", value)
    with pytest.raises(MalformedCredentialError):
        freeze_attribute("a", [value])


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object])
def test_an_attribute_of_another_kind_is_refused(value: Any) -> None:
    """No policy could compare it."""
    with pytest.raises(MalformedCredentialError, match="a is a"):
        freeze_attribute("a", value)
