"""What a request presents is found, and at most one of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.extractor import Extractor
from gateway.model.credential import Credential, Scheme
from gateway.model.errors import (
    ConflictingCredentialsError,
    GatewayError,
    MalformedCredentialError,
    OversizedCredentialError,
)

EXTRACTOR = Extractor(max_token_bytes=100)
HOST = (b"host", b"api.example")


def authorization(value: bytes) -> list[tuple[bytes, bytes]]:
    return [HOST, (b"authorization", value)]


def test_a_request_without_a_credential_presents_nothing() -> None:
    assert EXTRACTOR.extract([]) is None
    assert EXTRACTOR.extract([HOST, (b"cookie", b"Authorization=Bearer x")]) is None


@pytest.mark.parametrize(
    "value",
    [
        b"Bearer abc.DEF-123_~+/==",
        b"bearer abc.DEF-123_~+/==",
        b"BEARER abc.DEF-123_~+/==",
        b"Bearer    abc.DEF-123_~+/==",
        b" \tBearer abc.DEF-123_~+/==\t ",
    ],
)
def test_a_bearer_token_is_found(value: bytes) -> None:
    """RFC 9110 section 11.1: schemes are compared without regard to case."""
    credential = EXTRACTOR.extract(authorization(value))

    assert credential is not None
    assert credential.scheme is Scheme.BEARER
    assert credential.value == "abc.DEF-123_~+/=="
    assert "abc" not in repr(credential)


@pytest.mark.parametrize("name", [b"authorization", b"Authorization", b"AUTHORIZATION"])
def test_the_headers_name_is_read_in_any_case(name: bytes) -> None:
    assert EXTRACTOR.extract([(name, b"Bearer abc")]) is not None


def test_the_longest_token_is_taken_and_one_byte_more_is_not() -> None:
    assert EXTRACTOR.extract(authorization(b"Bearer " + b"x" * 100)) is not None
    with pytest.raises(OversizedCredentialError):
        EXTRACTOR.extract(authorization(b"Bearer " + b"x" * 101))


@pytest.mark.parametrize("value", [b"x" * 1_000_000, b"Bearer " + b" " * 1_000_000])
def test_a_megabyte_is_refused_by_its_size(value: bytes) -> None:
    with pytest.raises(OversizedCredentialError):
        EXTRACTOR.extract(authorization(value))


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b" ",
        b"Bearer",
        b"Bearer ",
        b"Bearer\tabc",
        b"Bearer=abc",
        b"Bearerabc",
        b"abc",
        b"Bearer abc def",
        b"Bearer abc, Bearer def",
        b"Bearer abc,",
        b"Bearer a=b",
        b"Bearer =",
        b"Bearer \xe4bc",
        b"Bearer a\x00c",
        b"Bearer abc\r\nX: y",
        b'Bearer "abc"',
        b"Basic dXNlcjpwYXNz",
        b"Digest username=x",
        b"AWS4-HMAC-SHA256 Credential=x",
        b"XBearer abc",
    ],
)
def test_anything_else_is_a_malformed_credential(value: bytes) -> None:
    """Present and unreadable is 401, never "continue as a guest"."""
    with pytest.raises(MalformedCredentialError):
        EXTRACTOR.extract(authorization(value))


@pytest.mark.parametrize("second", [b"authorization", b"Authorization"])
@pytest.mark.parametrize("value", [b"Bearer abc", b"Bearer def", b"Basic eDp5", b""])
def test_envoy_cve_2021_32777_two_credentials_are_one_too_many(
    second: bytes, value: bytes
) -> None:
    """Which of the two is meant depends on who reads them."""
    headers = [(b"authorization", b"Bearer abc"), HOST, (second, value)]

    with pytest.raises(ConflictingCredentialsError):
        EXTRACTOR.extract(headers)


def test_neighbours_of_the_name_are_other_headers() -> None:
    names = [b"x-authorization", b"authorization-x", b"proxy-authorization"]

    assert EXTRACTOR.extract([(name, b"Bearer abc") for name in names]) is None
    assert EXTRACTOR.extract([(b"autho_ization", b"Bearer abc")]) is None


@given(st.binary(max_size=120))
def test_any_value_is_a_token_or_a_declared_error(value: bytes) -> None:
    try:
        credential = EXTRACTOR.extract(authorization(value))
    except MalformedCredentialError:
        return
    assert credential is not None
    assert credential.value.encode() in value


@given(st.lists(st.tuples(st.binary(max_size=15), st.binary(max_size=20)), max_size=5))
def test_any_headers_are_read_or_a_declared_error(
    headers: list[tuple[bytes, bytes]],
) -> None:
    try:
        EXTRACTOR.extract(headers)
    except GatewayError as error:
        declared = (MalformedCredentialError, ConflictingCredentialsError)
        assert isinstance(error, declared)  # noqa: PT017 - a property, not an example


def test_a_token_may_come_with_proofs() -> None:
    """RFC 9449 section 7.1. Two are kept, so that whoever checks them sees that."""
    extractor = Extractor(max_token_bytes=10)
    headers = [(b"Authorization", b"dpop abc"), (b"DPoP", b"one"), (b"x", b"y")]

    one = extractor.extract(headers)
    none = extractor.extract(headers[:1])
    many = extractor.extract([*headers, *[(b"dpop", b"\xff")] * 9])

    assert one == Credential(Scheme.DPOP, "abc", ("one",))
    assert none == Credential(Scheme.DPOP, "abc")
    assert many == Credential(Scheme.DPOP, "abc", ("one", "\xff"))
    assert "one" not in repr(one)
    # Nobody has asked a bearer for one.
    bearer = [(b"authorization", b"Bearer abc"), (b"dpop", b"one")]
    assert extractor.extract(bearer) == Credential(Scheme.BEARER, "abc")
