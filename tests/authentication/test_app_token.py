"""App tokens come back as whoever they were exchanged for, and no other token does."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.authentication.app_token import AppVerifier, Via
from gateway.model.claims import TokenType, VerifiedClaims
from gateway.model.errors import (
    CredentialError,
    ExpiredCredentialError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongAudienceError,
)
from gateway.model.waiting import WouldWaitError
from tests.authentication.issuer import NOON, access_claims, token, unverified
from tests.authentication.test_guest import OWN, Ring

SAID = {"sub": "ana", "email": "ana@corp.example"}
VIA = Via("corp", "https://login.corp.example", "ana", SAID).written()
PERSON = Via("people", f"{OWN}/pool", "u-1", {"sub": "u-1", "name": "Ana"}).written()
AT = int(NOON.timestamp())


class GoneError(CredentialError):
    pass


class People:
    def __init__(self) -> None:
        self.gone = False

    def profile(self, pool_id: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        assert (pool_id, claims["sub"]) == ("pool", "u-1")
        if self.gone:
            raise GoneError("gone")
        return {"name": "Anna", "username": "ana"}


def verify(
    people: People | None = None,
    *,
    typ: str = "at+jwt",
    may_wait: bool = True,
    **changes: Any,
) -> VerifiedClaims:
    verifier = AppVerifier(
        own_keys=Ring(),
        issuer=OWN,
        providers={"corp": "", "people": "pool"},
        people=people or People(),
        skew=timedelta(seconds=30),
    )
    claims = access_claims(**{"iss": OWN, "aud": OWN, "via": VIA} | changes)
    given = {name: value for name, value in claims.items() if value is not None}
    text = token(given, typ=typ)
    return verifier.claims_for(unverified(text), now=NOON, may_wait=may_wait)


def test_it_says_what_the_provider_said() -> None:
    """With what it was limited to since."""
    act = {"sub": "us-east-1:2"}

    claims = verify(
        scope="read write", act=act, cnf={"jkt": "thumb"}, exp=AT + 60, may_wait=False
    )

    assert claims == VerifiedClaims(
        provider="corp",
        issuer="https://login.corp.example",
        subject="ana",
        token_type=TokenType.APP,
        expires_at=NOON + timedelta(seconds=60),
        claims=SAID,
        thumbprint="thumb",
        scopes=("read", "write"),
        actor=act,
    )


def test_without_scopes_it_is_good_for_none() -> None:
    """And never for those of what it came of."""
    assert verify(scope=None).scopes == ()


def test_the_person_of_a_pool_is_looked_up() -> None:
    """What the token says counts, and whether they are let in is asked anew."""
    people = People()

    claims = verify(people, via=PERSON)

    assert claims.claims == {"sub": "u-1", "name": "Ana", "username": "ana"}
    assert claims.depends_on == "pool_user/pool/u-1"
    with pytest.raises(WouldWaitError):
        verify(people, via=PERSON, may_wait=False)
    people.gone = True
    with pytest.raises(GoneError):
        verify(people, via=PERSON)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"typ": "jwt"}, UntrustedIssuerError),
        ({"via": None}, UntrustedIssuerError),
        ({"via": {**VIA, "provider": "gone"}}, UntrustedIssuerError),
        ({"via": "corp"}, MalformedCredentialError),
        ({"via": {**VIA, "claims": "x"}}, MalformedCredentialError),
        ({"via": {**VIA, "subject": ""}}, MalformedCredentialError),
        ({"aud": "http://orders.internal"}, WrongAudienceError),
        ({"exp": AT - 31, "iat": AT - 60}, ExpiredCredentialError),
        ({"exp": AT + 901}, CredentialError),
        ({"cnf": {"x5t#S256": "x"}}, MalformedCredentialError),
        ({"cnf": {"jkt": "x", "jwk": {}}}, MalformedCredentialError),
        ({"cnf": "x"}, MalformedCredentialError),
    ],
    ids=str,
)
def test_what_is_not_good_is_refused(
    changes: dict[str, Any], error: type[CredentialError]
) -> None:
    """A token for an upstream, one that ended, one that nobody can check."""
    with pytest.raises(error):
        verify(**changes)


def test_it_does_not_live_longer_than_any_profile_lets_it() -> None:
    """The last that passes, of the pair above."""
    assert verify(exp=AT + 900).expires_at == NOON + timedelta(minutes=15)


def test_a_signature_of_another_key_is_refused() -> None:
    """`alg` and `kid` say which it is; ours alone count."""
    verifier = AppVerifier(
        own_keys=Ring(),
        issuer=OWN,
        providers={"corp": ""},
        people=People(),
        skew=timedelta(0),
    )
    claims = access_claims(iss=OWN, aud=OWN, via=VIA)
    text = token(claims, algorithm="RS256")

    with pytest.raises(CredentialError):
        verifier.claims_for(unverified(text), now=NOON, may_wait=True)
