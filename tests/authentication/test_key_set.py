"""What an issuer publishes, reduced to what can be used."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.errors import UnknownKeyError, WrongAlgorithmError
from gateway.authentication.key_set import (
    MAX_KEYS,
    KeySetError,
    merge_key_sets,
    parse_key_set,
)
from tests.authentication.issuer import ALGORITHMS, jwk, key_set, keys_of


def test_the_key_that_a_token_names_is_found() -> None:
    keys = keys_of("RS256", "ES256")

    assert keys.get("ES256-0", "ES256").algorithm == "ES256"
    assert keys.key_ids == ("ES256-0", "RS256-0")
    assert keys.ignored == ()


def test_a_key_that_was_never_published_is_unknown() -> None:
    keys = keys_of("RS256")

    with pytest.raises(UnknownKeyError, match="'other'"):
        keys.get("other", "RS256")
    assert not keys.knows("other")
    assert keys.knows("RS256-0")


def test_a_known_key_is_not_used_with_another_algorithm() -> None:
    """Kong 2020, PyJWT CVE-2026-48526: the token does not choose."""
    keys = keys_of("RS256")

    with pytest.raises(WrongAlgorithmError):
        keys.get("RS256-0", "PS256")


def test_without_an_id_the_only_fitting_key_is_meant() -> None:
    keys = keys_of("RS256", "ES256")

    assert keys.get(None, "ES256").key_id == "ES256-0"
    assert keys.knows(None)
    with pytest.raises(WrongAlgorithmError):
        keys.get(None, "EdDSA")


@pytest.mark.parametrize(
    ("issuers", "joint"),
    [
        (("a", "b"), {"a", "b"}),
        (("a", "a"), {"a"}),
        (("a", None), set()),
        ((None, "a"), set()),
    ],
    ids=range(4),
)
def test_a_key_that_is_published_for_several_issuers_signs_for_each(
    issuers: tuple[str | None, ...], joint: set[str]
) -> None:
    """And one that is published for nobody in particular signs for all."""
    entries = [jwk("ES256", issuer=issuer) for issuer in issuers]

    (key,) = parse_key_set(key_set(*entries), ALGORITHMS).keys

    assert key.issuers == joint


def test_a_key_that_was_published_without_an_id_is_found_without_one() -> None:
    keys = parse_key_set(key_set(jwk("ES256", kid=None)), ALGORITHMS)

    assert keys.get(None, "ES256").key_id is None
    with pytest.raises(UnknownKeyError):
        keys.get("ES256-0", "ES256")


def test_without_an_id_two_fitting_keys_are_one_too_many() -> None:
    """Trying one after the other would let a token choose."""
    raw = key_set(jwk("ES256"), jwk("ES256", number=1))

    with pytest.raises(UnknownKeyError, match="several"):
        parse_key_set(raw, ALGORITHMS).get(None, "ES256")


def test_entries_of_no_use_are_left_out_and_told() -> None:
    raw = key_set(
        jwk("ES256"),
        jwk("RS256", use="enc"),
        {"kty": "oct", "k": "AAAA", "kid": "hmac", "alg": "HS256"},
        "text",
    )

    keys = parse_key_set(raw, ALGORITHMS)

    assert keys.key_ids == ("ES256-0",)
    assert [reason.split(":")[0] for reason in keys.ignored] == [
        "key 1",
        "key 2",
        "key 3",
    ]


def test_a_key_that_comes_twice_is_one_key() -> None:
    keys = parse_key_set(key_set(jwk("ES256"), jwk("ES256")), ALGORITHMS)

    assert len(keys.keys) == 1
    assert keys.ignored == ()


def test_different_keys_with_one_id_are_not_used() -> None:
    raw = key_set(jwk("ES256", kid="a"), jwk("ES256", number=1, kid="a"), jwk("RS256"))

    keys = parse_key_set(raw, ALGORITHMS)

    assert keys.key_ids == ("RS256-0",)
    assert keys.ignored == ("2 different keys have the kid 'a'",)


def test_one_id_for_two_algorithms_is_not_ambiguous() -> None:
    raw = key_set(jwk("ES256", kid="a"), jwk("RS256", kid="a"))

    keys = parse_key_set(raw, ALGORITHMS)

    assert keys.get("a", "RS256").algorithm == "RS256"
    assert keys.get("a", "ES256").algorithm == "ES256"


def test_a_hundred_keys_are_read_and_one_more_is_not() -> None:
    entries: list[Any] = [jwk("ES256", kid=str(number)) for number in range(MAX_KEYS)]

    assert len(parse_key_set(key_set(*entries), ALGORITHMS).keys) == MAX_KEYS
    with pytest.raises(KeySetError, match="101 keys"):
        parse_key_set(key_set(*entries, jwk("ES256")), ALGORITHMS)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys":null}',
        b'{"keys":{}}',
        b'{"keys":[]}',
        b'{"keys":["a"]}',
        b'{"keys":[],"keys":[]}',
        key_set(jwk("RS256", use="enc")),
    ],
)
def test_a_document_without_a_usable_key_is_a_fault(raw: bytes) -> None:
    """An empty set would turn an outage into refusals for a whole refresh."""
    with pytest.raises(KeySetError):
        parse_key_set(raw, ALGORITHMS)


def test_only_keys_for_accepted_algorithms_are_used() -> None:
    raw = key_set(jwk("RS256"), jwk("ES256"))

    assert parse_key_set(raw, ("ES256",)).key_ids == ("ES256-0",)


def test_sets_are_merged() -> None:
    merged = merge_key_sets([keys_of("RS256"), keys_of("RS256", "ES256")])

    assert merged.key_ids == ("ES256-0", "RS256-0")


def test_sets_that_disagree_about_an_id_are_not_merged() -> None:
    other = parse_key_set(key_set(jwk("ES256", number=1, kid="ES256-0")), ALGORITHMS)

    with pytest.raises(KeySetError, match="ES256-0"):
        merge_key_sets([keys_of("ES256"), other])


@given(
    st.lists(
        st.dictionaries(st.text(max_size=4), st.none() | st.text() | st.integers())
        | st.none()
        | st.text(max_size=5),
        max_size=5,
    )
)
def test_any_list_is_a_key_set_or_a_fault(entries: list[Any]) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(json.dumps({"keys": entries}).encode(), ALGORITHMS)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_key_set_or_a_fault(raw: bytes) -> None:
    with pytest.raises(KeySetError):
        parse_key_set(raw, ALGORITHMS)
