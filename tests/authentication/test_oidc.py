"""Access tokens and ID tokens of one provider, and everything that is neither."""

import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongSignatureError,
)
from gateway.authentication.oidc import MAX_LIFETIME, OidcVerifier
from gateway.config.providers.google import GoogleProvider
from gateway.config.providers.oidc import OidcProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    ImmatureCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
    WrongTokenTypeError,
)
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import (
    ALGORITHMS,
    AUDIENCE,
    ISSUER,
    NOON,
    access_claims,
    encode,
    id_claims,
    jwk,
    keys_of,
    private_key,
    sign,
    token,
    unverified,
)

KEYS = keys_of(*ALGORITHMS)
AT = int(NOON.timestamp())
LONGEST = int(MAX_LIFETIME.total_seconds())


def provider(**changes: Any) -> OidcProvider:
    settings = {
        "kind": "oidc",
        "id": "corp",
        "issuer": ISSUER,
        "algorithms": ALGORITHMS,
        "audiences": (AUDIENCE,),
        "accept": {"tokens": ("at+jwt", "id_token")},
    }
    return OidcProvider.model_validate(settings | changes)


def verify(
    text: str, settings: OidcProvider | None = None, *, may_wait: bool = True
) -> VerifiedClaims:
    verifier = OidcVerifier(
        settings or provider(), keys=KEYS, skew=timedelta(seconds=30)
    )
    return verifier.claims_for(unverified(text), now=NOON, may_wait=may_wait)


def id_token(**changes: Any) -> str:
    return token(id_claims(**changes), typ="JWT")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_access_token_is_accepted(algorithm: str) -> None:
    """RFC 9068 section 4."""
    verified = verify(token(access_claims(scope="read"), algorithm=algorithm))

    assert verified.provider == "corp"
    assert verified.issuer == ISSUER
    assert verified.subject == "alice"
    assert verified.token_type is TokenType.ACCESS_TOKEN
    assert verified.expires_at == NOON + timedelta(seconds=300)
    assert verified.claims["scope"] == "read"


@pytest.mark.parametrize("typ", ["JWT", "jwt", "application/jwt", None])
def test_an_id_token_is_accepted(typ: str | None) -> None:
    verified = verify(token(id_claims(nonce="n", auth_time=AT), typ=typ))

    assert verified.token_type is TokenType.ID_TOKEN


def test_where_one_may_not_wait_slow_keys_are_left_to_others() -> None:
    """On the event loop; a quick one verifies there."""
    assert verify(token(access_claims()), may_wait=False).subject == "alice"
    with pytest.raises(WouldWaitError):
        verify(token(access_claims(), algorithm="ES512"), may_wait=False)


def test_ed25519_by_its_new_name_is_accepted() -> None:
    text = token(access_claims(), algorithm="EdDSA", alg="Ed25519")

    assert verify(text, provider(algorithms=("Ed25519",))).subject == "alice"
    assert verify(text, provider(algorithms=("EdDSA",))).subject == "alice"


@pytest.mark.parametrize(
    ("accepted", "refused"),
    [("at+jwt", id_token()), ("id_token", token(access_claims()))],
)
def test_a_type_that_the_file_does_not_name_is_refused(
    accepted: str, refused: str
) -> None:
    """Pomerium CVE-2024-47616: signed for one purpose, offered for another."""
    settings = provider(accept={"tokens": (accepted,)})

    with pytest.raises(WrongTokenTypeError):
        verify(refused, settings)


@pytest.mark.parametrize(
    "typ",
    ["guest+jwt", "logout+jwt", "secevent+jwt", "dpop+jwt", "txntoken+jwt", "JWE", "x"],
)
def test_a_type_for_another_purpose_is_refused(typ: str) -> None:
    """RFC 8725 section 3.11. A guest token counts from the gateway itself only."""
    with pytest.raises(WrongTokenTypeError):
        verify(token(access_claims(), typ=typ))


@pytest.mark.parametrize(
    "mark",
    [
        {"scope": "read"},
        {"scp": "read"},
        {"client_id": "app"},
        {"events": {"http://schemas.openid.net/event/backchannel-logout": {}}},
        {"token_use": "access"},
        {"typ": "Bearer"},
        {"typ": "Refresh"},
    ],
)
def test_another_token_without_a_type_is_no_id_token(mark: dict[str, Any]) -> None:
    """Entra, Cognito and Keycloak give their access tokens no type of their own."""
    with pytest.raises(WrongTokenTypeError):
        verify(id_token(**mark))


@pytest.mark.parametrize("mark", [{"token_use": "id"}, {"typ": "ID"}])
def test_an_id_token_may_say_that_it_is_one(mark: dict[str, Any]) -> None:
    assert verify(id_token(**mark)).token_type is TokenType.ID_TOKEN


@pytest.mark.parametrize(
    "iss", ["https://other.example", ISSUER + "/", ISSUER.upper(), "", None]
)
def test_nodedb_61_the_issuer_is_matched_exactly(iss: str | None) -> None:
    with pytest.raises(UntrustedIssuerError):
        verify(token(access_claims(iss=iss)))


@pytest.mark.parametrize("iss", ["https://accounts.google.com", "accounts.google.com"])
def test_google_has_two_spellings_of_its_issuer(iss: str) -> None:
    """The older one, without a scheme, still occurs."""
    google = GoogleProvider.model_validate(
        {"kind": "google", "id": "google", "client": {"id": "app.example"}}
    )
    text = token(
        id_claims(iss=iss, aud="app.example", azp="app.example"),
        algorithm="RS256",
        typ="JWT",
    )

    verified = verify(text, google)

    assert verified.issuer == "https://accounts.google.com"
    assert verified.token_type is TokenType.ID_TOKEN


def test_pyjwt_cve_2022_29217_none_and_hmac_are_no_algorithms() -> None:
    """With the public key as the secret of an HMAC, anybody could sign."""
    for alg in ("none", "None", "NONE", "HS256", "HS512"):
        with pytest.raises(WrongAlgorithmError):
            verify(token(access_claims(), alg=alg))


@pytest.mark.parametrize("alg", ["HS256", "RS256"])
def test_pyjwt_cve_2026_48526_a_public_key_is_no_secret(alg: str) -> None:
    """Anybody knows it; in whatever form, an HMAC with it proves nothing."""
    key = private_key("RS256").public_key()
    forms = [
        key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(jwk("RS256")).encode(),
        jwk("RS256")["n"].encode(),
    ]
    header = {"alg": alg, "kid": "RS256-0", "typ": "at+jwt"}
    signed = sign(header, access_claims(), algorithm="RS256").rpartition(".")[0]

    for secret in forms:
        forged = hmac.digest(secret, signed.encode(), "sha256")
        with pytest.raises((WrongAlgorithmError, WrongSignatureError)):
            verify(f"{signed}.{encode(forged)}")


def test_an_algorithm_that_the_file_does_not_name_is_refused() -> None:
    with pytest.raises(WrongAlgorithmError):
        verify(token(access_claims()), provider(algorithms=("RS256",)))


def test_authlib_cve_2024_37568_a_key_is_used_with_its_own_algorithm() -> None:
    text = token(access_claims(), algorithm="PS256", kid="RS256-0")

    with pytest.raises(WrongAlgorithmError):
        verify(text)


def test_an_unknown_key_and_a_wrong_signature_are_told_apart() -> None:
    with pytest.raises(UnknownKeyError):
        verify(token(access_claims(), kid="other"))
    with pytest.raises(WrongSignatureError):
        verify(token(access_claims(), number=1, kid="ES256-0"))


def test_claims_are_believed_only_after_the_signature() -> None:
    """A forged token learns nothing about what is configured."""
    forged = token(access_claims(aud="other", exp=1), number=1, kid="ES256-0")

    with pytest.raises(WrongSignatureError):
        verify(forged)


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"exp": AT - 30}, ExpiredCredentialError),
        ({"exp": None}, MalformedCredentialError),
        ({"exp": str(AT + 300)}, MalformedCredentialError),
        ({"exp": AT + LONGEST + 1}, CredentialError),
        ({"nbf": AT + 31}, ImmatureCredentialError),
        ({"iat": AT + 31}, ImmatureCredentialError),
        ({"iat": None}, MalformedCredentialError),
        ({"aud": "other"}, WrongAudienceError),
        ({"aud": []}, MalformedCredentialError),
        ({"aud": ""}, MalformedCredentialError),
        ({"aud": None}, MalformedCredentialError),
        ({"sub": None}, MalformedCredentialError),
        ({"sub": ""}, MalformedCredentialError),
        ({"sub": 7}, MalformedCredentialError),
        ({"client_id": None}, MalformedCredentialError),
        ({"jti": None}, MalformedCredentialError),
        ({"jti": 5}, MalformedCredentialError),
    ],
)
def test_an_access_token_with_one_fault_is_refused(
    changes: dict[str, Any], failure: type[CredentialError]
) -> None:
    with pytest.raises(failure):
        verify(token(access_claims(**changes)))


def test_the_last_times_that_pass() -> None:
    for changes in ({"exp": AT - 29}, {"nbf": AT + 30}, {"exp": AT + LONGEST}):
        assert verify(token(access_claims(**changes))).subject == "alice"


def test_an_id_token_that_another_client_got_is_refused() -> None:
    with pytest.raises(WrongAudienceError):
        verify(id_token(aud="other-client"))
    with pytest.raises(WrongAudienceError):
        verify(id_token(aud=[AUDIENCE, "other-client"]))
    with pytest.raises(WrongAudienceError):
        verify(id_token(azp="other-client"))


def test_client_ids_are_audiences_and_authorized_parties() -> None:
    settings = provider(client={"id": "web", "extra_audiences": ("ios",)})

    assert verify(id_token(aud="web", azp="ios"), settings).subject == "alice"


def test_an_access_token_may_name_any_client_as_its_party() -> None:
    """Keycloak puts `azp` there for the app that asked; the audience is what counts."""
    assert verify(token(access_claims(azp="app"))).subject == "alice"


@given(
    st.dictionaries(
        st.sampled_from(
            ["iss", "sub", "aud", "exp", "iat", "nbf", "azp", "jti", "client_id", "typ"]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=20)
        | st.lists(st.text(max_size=5), max_size=3),
        max_size=3,
    ),
    st.sampled_from(["at+jwt", "JWT"]),
)
def test_any_signed_claims_are_accepted_or_a_credential_error(
    changes: dict[str, Any], typ: str
) -> None:
    """A provider can be wrong, and it can be taken over."""
    claims = access_claims() | changes
    text = sign({"alg": "ES256", "kid": "ES256-0", "typ": typ}, claims)

    try:
        verified = verify(text)
    except CredentialError:
        return
    assert verified.issuer == ISSUER
