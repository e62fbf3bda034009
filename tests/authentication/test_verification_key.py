"""A published key is good for one algorithm, or for nothing."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.verification_key import (
    SUPPORTED_ALGORITHMS,
    UnusableKeyError,
    VerificationKey,
    fitting_algorithms,
    load_key,
)
from tests.authentication.issuer import ALGORITHMS, jwk, private_key, sign, unverified


def loaded(algorithm: str) -> VerificationKey:
    return load_key(jwk(algorithm), ALGORITHMS)


def test_only_algorithms_with_a_public_key_are_supported() -> None:
    """PyJWT CVE-2022-29217, Authlib CVE-2024-37568: HS* and `none` cannot be named."""
    assert sorted(ALGORITHMS) == sorted(SUPPORTED_ALGORITHMS)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_key_verifies_what_its_owner_signed_and_nothing_else(algorithm: str) -> None:
    parts = unverified(sign({"alg": algorithm}, {}, algorithm=algorithm))
    key = loaded(algorithm)

    assert key.algorithm == algorithm
    assert key.verifies(parts.signature, parts.signing_input)
    assert not key.verifies(parts.signature, parts.signing_input + b"x")
    assert not key.verifies(parts.signature[::-1], parts.signing_input)
    assert not key.verifies(b"", parts.signing_input)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_signature_by_another_key_is_refused(algorithm: str) -> None:
    parts = unverified(sign({"alg": algorithm}, {}, algorithm=algorithm, number=1))

    assert not loaded(algorithm).verifies(parts.signature, parts.signing_input)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_curves_that_take_long_are_known(algorithm: str) -> None:
    """Half a millisecond each, against a tenth."""
    assert loaded(algorithm).is_quick is (algorithm not in {"ES384", "ES512"})


@pytest.mark.parametrize(
    ("bits", "exponent", "quick"),
    [
        (4096, 65537, True),
        (4097, 65537, False),
        (8192, 65537, False),
        (2048, 2**32 - 1, True),
        (2048, 2**32 + 1, False),
        (2048, 2**2047 + 1, False),
    ],
)
def test_large_rsa_keys_take_long(bits: int, exponent: int, *, quick: bool) -> None:
    """And so do those with an exponent that nobody needs."""
    public = rsa.RSAPublicNumbers(exponent, 2**bits - 1).public_key()

    assert VerificationKey("k", "RS256", public).is_quick is quick


@pytest.mark.parametrize("used", ["PS256", "RS512"])
def test_an_rsa_key_is_used_with_its_own_algorithm_alone(used: str) -> None:
    """RFC 8725 section 3.1: one key, one algorithm."""
    parts = unverified(sign({"alg": used}, {}, algorithm=used))

    assert not loaded("RS256").verifies(parts.signature, parts.signing_input)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(signature=st.binary(max_size=300))
def test_any_bytes_are_no_signature_and_no_crash(
    algorithm: str, signature: bytes
) -> None:
    assert not loaded(algorithm).verifies(signature, b"signed")


def test_the_two_names_of_ed25519_are_one() -> None:
    """The certified provider oidc-provider publishes the new one."""
    assert load_key(jwk("EdDSA", alg="Ed25519"), ("EdDSA",)).algorithm == "EdDSA"


def test_a_key_without_alg_takes_the_first_accepted_algorithm_that_fits() -> None:
    """Entra leaves `alg` out."""
    nameless = jwk("RS256", alg=None)

    assert load_key(nameless, ("ES256", "PS256", "RS256")).algorithm == "PS256"
    assert load_key(jwk("ES384", alg=None), ALGORITHMS).algorithm == "ES384"
    with pytest.raises(UnusableKeyError):
        load_key(nameless, ("ES256", "EdDSA"))


def test_a_key_need_not_have_an_id_or_a_use() -> None:
    key = load_key(jwk("ES256", kid=None, use=None), ALGORITHMS)

    assert key.key_id is None


def test_a_key_may_list_its_operations() -> None:
    listed = jwk("ES256", use=None, key_ops=["verify"])

    assert load_key(listed, ALGORITHMS).algorithm == "ES256"


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "not an object"),
        ([], "not an object"),
        ({}, "not a public key"),
        ({"kty": "oct", "k": "AAAA", "alg": "HS256"}, "not a public key"),
        ({"kty": ["RSA"]}, "not a public key"),
        (jwk("ES256", use="enc"), "use"),
        (jwk("ES256", use=["sig"]), "use"),
        (jwk("ES256", key_ops=["sign"]), "key_ops"),
        (jwk("ES256", key_ops="verify"), "key_ops"),
        (jwk("ES256", kid=5), "kid"),
        (jwk("ES256", alg=5), "alg"),
        (jwk("ES256", alg=["ES256"]), "alg"),
        (jwk("ES256", d="AAAA"), "not a public key"),
        (jwk("RS256", alg="HS256"), "not accepted"),
        (jwk("RS256", alg="none"), "not accepted"),
        (jwk("RS256", alg="ES256"), "not accepted"),
        (jwk("ES256", alg="ES384"), "not accepted"),
        (jwk("RS256", alg="RSA-OAEP"), "not accepted"),
        (jwk("EdDSA", crv="X25519"), "malformed"),
        (jwk("EdDSA", crv="Ed448"), "malformed"),
        (jwk("EdDSA", x=""), "malformed"),
        (jwk("EdDSA", x=None), "malformed"),
        (jwk("EdDSA", x=7), "malformed"),
        (jwk("ES256", crv="secp256k1"), "malformed"),
        (jwk("EdDSA", crv="Ed448", x="A" * 76), "not supported"),
        (jwk("ES256", crv="P-384"), "malformed"),
        (jwk("ES256", crv=None), "malformed"),
        (jwk("ES256", y="A" * 43), "malformed"),
        (jwk("ES256", x=7), "malformed"),
        (jwk("RS256", n=None), "malformed"),
        (jwk("RS256", n=7), "malformed"),
        (jwk("RS256", e="AA"), "malformed"),
        (jwk("RS256", e=None), "malformed"),
    ],
)
def test_what_is_no_public_key_for_an_accepted_algorithm_is_not_used(
    key: Any, why: str
) -> None:
    """A symmetric key in a public set would be one that everybody can sign with."""
    with pytest.raises(UnusableKeyError, match=why):
        load_key(key, ALGORITHMS)


def test_an_rsa_key_of_2048_bits_is_used_and_a_shorter_one_is_not() -> None:
    load_key(jwk("RS256", bits=2048), ALGORITHMS)
    with pytest.raises(UnusableKeyError, match="2040 bits"):
        load_key(jwk("RS256", bits=2040), ALGORITHMS)


def test_an_rsa_key_beyond_reason_is_not_used() -> None:
    """Each verification would cost whoever accepts it."""
    numbers = rsa.RSAPublicNumbers(65537, (1 << 8192) + 1)

    assert fitting_algorithms(rsa.RSAPublicNumbers(65537, 2**8191 + 1).public_key())
    with pytest.raises(UnusableKeyError, match="8193 bits"):
        fitting_algorithms(numbers.public_key())


def test_a_curve_that_nobody_uses_here_fits_nothing() -> None:
    with pytest.raises(UnusableKeyError):
        fitting_algorithms(ec.generate_private_key(ec.SECP256K1()).public_key())
    with pytest.raises(UnusableKeyError):
        fitting_algorithms(ed448.Ed448PrivateKey.generate().public_key())  # type: ignore[arg-type]  # what a careless caller hands over


def test_a_key_cannot_be_made_for_an_algorithm_that_it_does_not_fit() -> None:
    key = private_key("ES256").public_key()

    with pytest.raises(UnusableKeyError, match="RS256"):
        VerificationKey(key_id="1", algorithm="RS256", key=key)
    with pytest.raises(UnusableKeyError, match="HS256"):
        VerificationKey(key_id="1", algorithm="HS256", key=key)


@given(
    st.dictionaries(
        st.sampled_from(["kty", "crv", "x", "y", "n", "e", "alg", "kid", "use"]),
        st.sampled_from(["RSA", "EC", "OKP", "P-256", "Ed25519", "AQAB", "sig", ""])
        | st.text(max_size=10)
        | st.none()
        | st.integers()
        | st.lists(st.integers(), max_size=2),
    )
)
def test_any_object_is_a_key_or_unusable(entry: dict[str, Any]) -> None:
    try:
        load_key(entry, ALGORITHMS)
    except UnusableKeyError:
        return
