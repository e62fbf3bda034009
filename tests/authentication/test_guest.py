"""Guest tokens come back; nothing else that the gateway signs does."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.errors import (
    UnknownKeyError,
    WrongAlgorithmError,
    WrongSignatureError,
)
from gateway.authentication.guest import GuestVerifier
from gateway.authentication.verification_key import PublicKey
from gateway.config.providers.guest import GuestProvider
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import (
    NOON,
    access_claims,
    id_claims,
    private_key,
    token,
    unverified,
)

AT = int(NOON.timestamp())
OWN = "https://gw.example"


class Ring:
    """The gateway's own public keys."""

    def public_key(self, kid: str) -> tuple[str, PublicKey] | None:
        return {
            "ES256-0": ("ES256", private_key("ES256").public_key()),
            "ES384-0": ("ES384", private_key("ES384").public_key()),
            "EdDSA-0": ("EdDSA", private_key("EdDSA").public_key()),
        }.get(kid)


def verify(text: str, *, may_wait: bool = True) -> VerifiedClaims:
    verifier = GuestVerifier(
        GuestProvider.model_validate({"kind": "guest", "id": "guest"}),
        own_keys=Ring(),
        issuer=OWN,
        max_lifetime=timedelta(days=30),
        skew=timedelta(seconds=30),
    )
    assert verifier.issuers == {OWN}
    return verifier.claims_for(unverified(text), now=NOON, may_wait=may_wait)


def guest_claims(**changes: Any) -> dict[str, Any]:
    return id_claims(**{"iss": OWN, "aud": OWN, "sub": "us-east-1:1"} | changes)


def guest_token(**changes: Any) -> str:
    return token(guest_claims(**changes), typ="guest+jwt")


@pytest.mark.parametrize("algorithm", ["ES256", "EdDSA"])
def test_a_guest_is_known_again(algorithm: str) -> None:
    text = token(guest_claims(), typ="guest+jwt", algorithm=algorithm)

    verified = verify(text)

    assert verified.provider == "guest"
    assert verified.issuer == OWN
    assert verified.subject == "us-east-1:1"
    assert verified.token_type is TokenType.GUEST
    assert verified.expires_at == NOON + timedelta(seconds=300)


def test_where_one_may_not_wait_slow_keys_are_left_to_others() -> None:
    """On the event loop; a quick one verifies there."""
    slow = token(guest_claims(), typ="guest+jwt", algorithm="ES384")

    assert verify(guest_token(), may_wait=False).subject == "us-east-1:1"
    assert verify(slow).subject == "us-east-1:1"
    with pytest.raises(WouldWaitError):
        verify(slow, may_wait=False)


@pytest.mark.parametrize("typ", ["at+jwt", "txntoken+jwt", "JWT", None])
def test_no_other_token_of_our_own_is_taken_back(typ: str | None) -> None:
    """An upstream that was shown one could otherwise become its caller."""
    claims = access_claims(iss=OWN, aud=OWN)

    with pytest.raises(UntrustedIssuerError):
        verify(token(claims, typ=typ))


def test_a_guest_token_of_somebody_else_is_not_ours() -> None:
    with pytest.raises(UntrustedIssuerError):
        verify(guest_token(iss="https://other.example"))


@pytest.mark.parametrize(
    ("changes", "failure"),
    [
        ({"exp": AT - 30}, ExpiredCredentialError),
        ({"exp": None}, MalformedCredentialError),
        ({"iat": None}, MalformedCredentialError),
        ({"exp": AT + 30 * 86400 + 1}, CredentialError),
        ({"aud": "https://orders.internal"}, WrongAudienceError),
        ({"sub": None}, MalformedCredentialError),
    ],
)
def test_a_guest_token_with_one_fault_is_refused(
    changes: dict[str, Any], failure: type[CredentialError]
) -> None:
    with pytest.raises(failure):
        verify(guest_token(**changes))


def test_only_our_own_keys_sign_guest_tokens() -> None:
    def signed(**header: Any) -> str:
        return token(guest_claims(), **{"typ": "guest+jwt"} | header)

    with pytest.raises(WrongSignatureError):
        verify(signed(number=1, kid="ES256-0"))
    with pytest.raises(UnknownKeyError):
        verify(signed(kid="other"))
    with pytest.raises(UnknownKeyError):
        verify(signed(kid=None))
    with pytest.raises(WrongAlgorithmError):
        verify(signed(alg="none"))
    with pytest.raises(WrongAlgorithmError):
        verify(signed(alg="EdDSA"))
