"""What is known of the person of an access token."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.client import ClaimsProfile, Client, ProofOfPossession
from gateway.model.errors import CredentialError, WrongTokenTypeError
from gateway.model.user import User
from gateway.oauth.errors import InvalidProofError, ProofNonceError
from gateway.oauth.inquiries.user_info import InsufficientScopeError, UserInfoRequest
from gateway.pool.pool import Pool
from gateway.storage.pools.clients import StoredClients
from tests.oauth.house import URL, VERIFIER, OAuthHouse
from tests.oauth.proving import Holder

HERE = f"{URL}/oauth2/userInfo"


def tell(
    house: OAuthHouse, *authorization: str, proofs: tuple[str, ...] = ()
) -> Mapping[str, Any]:
    return house.oauth.user_info.tell(UserInfoRequest(authorization, proofs, "GET"))


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("openid", {"email", "email_verified", "name"}),
        ("openid email", {"email", "email_verified"}),
        ("openid profile", {"name"}),
    ],
)
def test_the_answer_is_cognitos(
    house: OAuthHouse, app: Client, ana: User, scope: str, shown: set[str]
) -> None:
    """Flags are text; `openid` alone shows everything, the others narrow it."""
    token = house.tokens(app, ana, scope=scope).access_token

    told = tell(house, f"Bearer {token}")

    assert told.keys() == shown | {"sub", "username"}
    assert (told["sub"], told["username"]) == (ana.sub, "ana")
    assert told.get("email_verified", "true") == "true"


def test_the_plain_answer_is_openid_connects(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """What the scopes show, in the types of the standard."""
    app = house.app(pool, profile=ClaimsProfile.OIDC)
    token = house.tokens(app, ana, scope="openid email").access_token

    assert tell(house, f"bearer  {token} ") == {
        "sub": ana.sub,
        "email": "ana@example.com",
        "email_verified": True,
    }


def test_a_token_has_to_be_good_for_this(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """It needs `openid`, and a person."""
    admin = house.tokens(app, ana, scope="aws.cognito.signin.user.admin")
    service = house.oauth.tokens.issue_to_service(app, ("openid",))

    for issued in (admin, service):
        with pytest.raises(InsufficientScopeError):
            tell(house, f"Bearer {issued.access_token}")


def test_whatever_is_no_good_token_is_refused(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    issued = house.tokens(app, ana)
    good = f"Bearer {issued.access_token}"
    bad = (
        *((), (good, good), ("",), ("Bearer",), ("Bearer made-up",)),
        *((f"Basic {issued.access_token}",), (f"Bearer {issued.id_token}",)),
    )

    for each in bad:
        with pytest.raises(CredentialError):
            tell(house, *each)
    house.pass_time(timedelta(hours=1))
    with pytest.raises(CredentialError):
        tell(house, good)


def test_a_client_that_is_gone_learns_nothing(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).access_token
    with house.database.writing() as connection:
        StoredClients(connection).remove(app.id)
    house.pass_time(timedelta(seconds=5))

    with pytest.raises(CredentialError):
        tell(house, f"Bearer {token}")


def test_a_bound_token_goes_with_a_proof_of_its_key(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """RFC 9449 section 7: neither is taken for the other."""
    app, holder = house.app(pool, proof=ProofOfPossession.OPTIONAL), Holder()
    nonce = house.oauth.proofs.nonce()
    free = house.tokens(app, ana).access_token
    bound = house.ask_proven(
        holder.proof(nonce),
        grant_type="authorization_code",
        client_id=app.id,
        code=house.code(app, house.sign_in(ana)),
        redirect_uri=app.redirect_uris[0],
        code_verifier=VERIFIER,
    ).access_token

    def proof(by: Holder, nonce: str | None = nonce) -> str:
        return by.proof(nonce, access_token=bound, htm="GET", htu=HERE)

    assert tell(house, f"DPoP {bound}", proofs=(proof(holder),))["sub"] == ana.sub
    for scheme, token in (("Bearer", bound), ("DPoP", free)):
        with pytest.raises(WrongTokenTypeError):
            tell(house, f"{scheme} {token}", proofs=(proof(holder),))
    for proofs in ((), (proof(Holder()),), (holder.proof(nonce),)):
        with pytest.raises(InvalidProofError):
            tell(house, f"DPoP {bound}", proofs=proofs)
    with pytest.raises(ProofNonceError):
        tell(house, f"DPoP {bound}", proofs=(proof(holder, None),))
