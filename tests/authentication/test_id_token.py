"""ID tokens at the end of a sign-in."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.errors import (
    EncryptedTokenError,
    UnknownKeyError,
    WrongAlgorithmError,
    WrongHashError,
    WrongNonceError,
    WrongSignatureError,
    WrongSubjectError,
)
from gateway.authentication.id_token import (
    MAX_AGE,
    MAX_BYTES,
    Expected,
    IdTokenVerifier,
    with_userinfo,
)
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    OversizedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from tests.authentication.issuer import (
    ALGORITHMS,
    ISSUER,
    NOON,
    encode,
    flip,
    id_claims,
    keys_of,
    sign,
    token,
)

AT = int(NOON.timestamp())
SKEW = 30
EXPECTED = Expected(nonce="n-1", access_token="at-1")

PROVIDER = OidcProvider.model_validate(
    {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "algorithms": ALGORITHMS,
        "audiences": ("gateway",),
        "client": {"id": "web", "extra_audiences": ("phone",)},
        "accept": {"flows": ("login",)},
    }
)
VERIFIER = IdTokenVerifier(
    PROVIDER, keys=keys_of(*ALGORITHMS), skew=timedelta(seconds=SKEW)
)


def verify(text: str, expected: Expected = EXPECTED) -> VerifiedClaims:
    return VERIFIER.verify(text, expected, now=NOON)


def id_token(algorithm: str = "ES256", **changes: Any) -> str:
    claims = id_claims(**{"aud": "web", "nonce": "n-1"} | changes)
    return token(claims, algorithm=algorithm, typ="JWT")


def half_hash(digest: str, text: str) -> str:
    whole = hashlib.new(digest, text.encode()).digest()
    return urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def test_a_good_token_says_who_signed_in() -> None:
    """Whatever tokens the file accepts from callers: it is none of those."""
    verified = verify(id_token(email="a@b.example"))

    assert verified.provider == "corp"
    assert verified.issuer == ISSUER
    assert verified.subject == "alice"
    assert verified.token_type is TokenType.ID_TOKEN
    assert verified.expires_at == NOON + timedelta(seconds=300)
    assert verified.claims["email"] == "a@b.example"


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("RS256", "sha256"),
        ("PS384", "sha384"),
        ("ES384", "sha384"),
        ("ES512", "sha512"),
        ("EdDSA", "sha512"),
    ],
)
def test_the_access_token_has_to_be_the_one_that_came_with_it(
    algorithm: str, digest: str
) -> None:
    """OpenID Connect Core section 3.1.3.8: half of the digest of the signature."""
    verify(id_token(algorithm, at_hash=half_hash(digest, "at-1")))

    with pytest.raises(WrongHashError):
        verify(id_token(algorithm, at_hash=half_hash(digest, "at-2")))


WRONG: dict[str, tuple[dict[str, Any], type[CredentialError]]] = {
    "another issuer": ({"iss": "https://evil.example"}, UntrustedIssuerError),
    "issuer with a slash": ({"iss": f"{ISSUER}/"}, UntrustedIssuerError),
    "no issuer": ({"iss": None}, UntrustedIssuerError),
    "issuer in a list": ({"iss": [ISSUER]}, UntrustedIssuerError),
    "for another client": ({"aud": "other"}, WrongAudienceError),
    "for another door of ours": ({"aud": "gateway"}, WrongAudienceError),
    "for an app of ours": ({"aud": "phone"}, WrongAudienceError),
    "for nobody": ({"aud": ""}, MalformedCredentialError),
    "for an empty list": ({"aud": []}, MalformedCredentialError),
    "for a list with nobody": ({"aud": ["web", ""]}, MalformedCredentialError),
    "without audience": ({"aud": None}, MalformedCredentialError),
    "for two, and nobody's": ({"aud": ["web", "other"]}, WrongAudienceError),
    "handed to another": ({"azp": "other"}, WrongAudienceError),
    "handed to another of two": (
        {"aud": ["web", "other"], "azp": "other"},
        WrongAudienceError,
    ),
    "handed to a number": ({"azp": 1}, MalformedCredentialError),
    "another nonce": ({"nonce": "n-2"}, WrongNonceError),
    "a nonce beyond ASCII": ({"nonce": "n-\u00e9"}, WrongNonceError),
    "no nonce": ({"nonce": None}, MalformedCredentialError),
    "an empty nonce": ({"nonce": ""}, MalformedCredentialError),
    "a nonce in a list": ({"nonce": ["n-1"]}, MalformedCredentialError),
    "an empty hash": ({"at_hash": ""}, WrongHashError),
    "a hash that is no text": ({"at_hash": 1}, WrongHashError),
    "expired": ({"exp": AT - SKEW}, ExpiredCredentialError),
    "without end": ({"exp": None}, MalformedCredentialError),
    "made in the future": ({"iat": AT + SKEW + 1}, ImmatureCredentialError),
    "made at no time": ({"iat": None}, MalformedCredentialError),
    "no subject": ({"sub": None}, MalformedCredentialError),
    "an empty subject": ({"sub": ""}, MalformedCredentialError),
    "an event": ({"events": {}}, WrongTokenTypeError),
}


@pytest.mark.parametrize(("changes", "error"), WRONG.values(), ids=WRONG)
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    changes: dict[str, Any], error: type[CredentialError]
) -> None:
    """Each claim on its own, with everything else right."""
    with pytest.raises(error):
        verify(id_token(**changes))


def test_what_else_a_token_says_is_no_reason_to_refuse_it() -> None:
    """OpenID Connect Core section 2: claims that are not understood are ignored."""
    verified = verify(id_token(client_id="web", scope="openid", scp=[], token_use="x"))

    assert verified.subject == "alice"


def test_two_audiences_need_a_party_that_is_ours() -> None:
    """OpenID Connect Core section 3.1.3.7, items 4 and 5."""
    assert verify(id_token(aud=["web", "other"], azp="web")).subject == "alice"


def test_a_token_of_another_time_is_refused() -> None:
    """It was not made for the code that was redeemed just now."""
    oldest = AT - int(MAX_AGE.total_seconds()) - SKEW

    verify(id_token(iat=oldest))
    with pytest.raises(ExpiredCredentialError):
        verify(id_token(iat=oldest - 1))


def test_a_sign_in_may_have_to_be_recent() -> None:
    """Section 3.1.3.7, item 13; a provider that does not say when has not obeyed."""
    expected = Expected("n-1", "at-1", max_age=timedelta(seconds=60))

    verify(id_token(auth_time=AT - 60 - SKEW), expected)
    with pytest.raises(ExpiredCredentialError):
        verify(id_token(auth_time=AT - 61 - SKEW), expected)
    with pytest.raises(MalformedCredentialError):
        verify(id_token(), expected)


def test_signatures_are_checked() -> None:
    """Another key, none of the accepted algorithms, a bit."""
    claims = id_claims(aud="web", nonce="n-1")
    good = id_token()

    for text, error in (
        (token(claims, typ="JWT", kid="other"), UnknownKeyError),
        (token(claims, typ="JWT", number=1, kid="ES256-0"), WrongSignatureError),
        (sign({"alg": "none", "kid": "ES256-0"}, claims), WrongAlgorithmError),
        (sign({"alg": "HS256", "kid": "ES256-0"}, claims), WrongAlgorithmError),
        (token(claims, typ="at+jwt"), WrongTokenTypeError),
        (token(claims, typ="logout+jwt"), WrongTokenTypeError),
        (flip(good, good.rindex(".") + 5, 3), WrongSignatureError),
    ):
        with pytest.raises(error):
            verify(text)


def test_an_encrypted_token_is_refused_as_such() -> None:
    """Five segments; the operator is told what to set at the provider."""
    header = encode(b'{"alg":"RSA-OAEP","enc":"A256GCM"}')

    with pytest.raises(EncryptedTokenError) as caught:
        verify(f"{header}.a.b.c.d")

    assert "encrypts" in caught.value.detail
    assert caught.value.code == "encrypted_token"


def test_a_token_has_a_longest_length() -> None:
    """What is longer is not looked at."""
    with pytest.raises(OversizedCredentialError):
        verify("a" * (MAX_BYTES + 1))


def test_what_is_said_beside_it_adds_and_changes_nothing() -> None:
    """What is signed counts more."""
    claims = verify(id_token(name="Alice"))

    merged = with_userinfo(claims, {"sub": "alice", "name": "Bob", "locale": "de"})

    assert merged.claims["name"] == "Alice"
    assert merged.claims["locale"] == "de"
    assert merged.subject == "alice"


OLD, NEW = "old@b.example", "new@b.example"


@pytest.mark.parametrize(
    ("signed", "said", "email", "verified"),
    [
        ({}, {"email": NEW, "email_verified": True}, NEW, True),
        ({"email": OLD}, {"email": NEW, "email_verified": True}, OLD, None),
        ({"email": OLD}, {"email_verified": True}, OLD, None),
        ({"email": OLD}, {"email": OLD, "email_verified": True}, OLD, True),
        (
            {"email": OLD, "email_verified": False},
            {"email": OLD, "email_verified": True},
            OLD,
            False,
        ),
        ({"email_verified": True}, {"email": NEW}, NEW, None),
        ({"email_verified": True}, {"email": NEW, "email_verified": False}, NEW, False),
        ({"email_verified": True}, {}, None, None),
    ],
    ids=range(8),
)
def test_an_address_is_verified_by_whoever_named_it(
    signed: dict[str, Any], said: dict[str, Any], email: Any, verified: Any
) -> None:
    """Keycloak #53041: one source's address with the other's word that it is proven."""
    merged = with_userinfo(verify(id_token(**signed)), {"sub": "alice", **said}).claims

    assert (merged.get("email"), merged.get("email_verified")) == (email, verified)


def test_a_number_is_verified_by_whoever_named_it() -> None:
    """Like an address."""
    claims = verify(id_token(phone_number="+1"))
    said = {"sub": "alice", "phone_number": "+2", "phone_number_verified": True}

    merged = with_userinfo(claims, said).claims

    assert merged["phone_number"] == "+1"
    assert "phone_number_verified" not in merged


@pytest.mark.parametrize("subject", ["bob", "", None, ["alice"]], ids=range(4))
def test_what_is_said_about_somebody_else_is_refused(subject: Any) -> None:
    """OpenID Connect Core section 5.3.4: the two have to be the same."""
    with pytest.raises(WrongSubjectError):
        with_userinfo(verify(id_token()), {"sub": subject})
    with pytest.raises(WrongSubjectError):
        with_userinfo(verify(id_token()), {})


def test_without_a_client_nothing_is_for_us() -> None:
    """An absence of anything to check is a failure."""
    provider = PROVIDER.model_copy(update={"client": None})
    verifier = IdTokenVerifier(provider, keys=keys_of("ES256"), skew=timedelta(0))

    with pytest.raises(WrongAudienceError):
        verifier.verify(id_token(), EXPECTED, now=NOON)


def test_nothing_secret_is_shown() -> None:
    """Neither the nonce nor the token."""
    assert "n-1" not in repr(EXPECTED)
    assert "at-1" not in repr(EXPECTED)
