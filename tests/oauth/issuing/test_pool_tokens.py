"""Tokens as they leave: signed by the pool, with everything that each one says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jwt

from gateway.mint.pool_keys import KeyPurpose
from gateway.model.client import ClaimsProfile, Client, TokenLifetimes
from gateway.model.user import User
from gateway.oauth.issuing.authorization import ADMIN_SCOPE, Authorization
from gateway.oauth.issuing.person import Person
from gateway.oauth.issuing.pool_tokens import ChangedClaims, PoolTokens, half_hash
from gateway.pool.triggers.values import Groups, TokenSource
from tests.oauth.house import ISSUER, NOON, POOL_ID, OAuthHouse, read

ORIGIN = "99999999-2222-4333-8444-555555555555"


def granted(user: User, *scopes: str) -> Authorization:
    return Authorization(
        id=ORIGIN,
        pool_id=POOL_ID,
        sub=user.sub,
        client_id="app",
        scopes=scopes,
        authenticated_at=NOON,
        amr=("pwd",),
        created_at=NOON,
        expires_at=NOON + timedelta(days=1),
    )


def test_both_tokens_have_what_every_token_has(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Each is signed with its own key, and lives as long as the client's settings say."""
    client = replace(
        app,
        lifetimes=TokenLifetimes(access=timedelta(minutes=5), id=timedelta(minutes=10)),
    )

    issued = house.oauth.tokens.issue(
        Person(ana), client, granted(ana, "openid"), source=TokenSource.PAGES
    )

    assert issued.id_token is not None
    access_header, access = read(issued.access_token)
    id_header, identity = read(issued.id_token)
    keys = house.oauth.keys
    access_kid = keys.signing_key(POOL_ID, KeyPurpose.ACCESS).kid
    assert access_header == {"alg": "RS256", "kid": access_kid}
    id_kid = keys.signing_key(POOL_ID, KeyPurpose.ID).kid
    assert id_header == {"alg": "RS256", "kid": id_kid}
    noon = int(NOON.timestamp())
    assert (access["iat"], access["exp"]) == (noon, noon + 300)
    assert (identity["iat"], identity["exp"]) == (noon, noon + 600)
    assert access["iss"] == identity["iss"] == ISSUER
    assert access["jti"] != identity["jti"]
    assert identity["at_hash"] == half_hash(issued.access_token)
    assert issued.expires_in == 300


def test_anybody_can_verify_them_with_the_published_keys(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """As a relying party does."""
    issued = house.oauth.tokens.issue(
        Person(ana), app, granted(ana, "openid"), source=TokenSource.PAGES
    )
    assert issued.id_token is not None
    jwks = jwt.PyJWKSet.from_dict(house.oauth.keys.public_jwks(POOL_ID))
    key = jwks[jwt.get_unverified_header(issued.id_token)["kid"]]

    claims = jwt.decode(
        issued.id_token,
        key,
        algorithms=["RS256"],
        audience="app",
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )

    assert claims["sub"] == ana.sub


def test_the_plain_profile_has_types(house: OAuthHouse, app: Client, ana: User) -> None:
    """RFC 9068 section 2.1; what all of one origin have in common stands in `jti`."""
    client = replace(app, profile=ClaimsProfile.OIDC)

    issued = house.oauth.tokens.issue(
        Person(ana), client, granted(ana, "openid"), source=TokenSource.PAGES
    )

    assert issued.id_token is not None
    header, claims = read(issued.access_token)
    assert header["typ"] == "at+jwt"
    assert claims["jti"].startswith(f"{ORIGIN}.")
    assert read(issued.id_token)[0]["typ"] == "JWT"


def test_without_openid_there_is_no_id_token(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    issued = house.oauth.tokens.issue(
        Person(ana), app, granted(ana, "api/read"), source=TokenSource.PAGES
    )

    assert issued.id_token is None
    assert issued.scopes == ("api/read",)


def test_a_client_of_its_own_gets_an_access_token(
    house: OAuthHouse, app: Client
) -> None:
    issued = house.oauth.tokens.issue_to_service(app, ("api/read",), thumbprint="t")

    claims = read(issued.access_token)[1]
    assert (claims["sub"], claims["iss"]) == (app.id, ISSUER)
    assert claims["cnf"] == {"jkt": "t"}
    assert issued.id_token is None


def test_where_nothing_has_a_say_what_was_granted_is_issued(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    tokens = PoolTokens(
        keys=house.oauth.keys, issuers=house.oauth.issuers, clock=house.clock
    )

    issued = tokens.issue(
        Person(ana), app, granted(ana, "openid"), source=TokenSource.PAGES
    )

    assert issued.scopes == ("openid",)
    assert tokens.issue_to_service(app, ("a/b",)).scopes == ("a/b",)


def test_cognitos_api_gives_an_id_token_without_a_hash(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Whatever the scope: its clients find both in one answer."""
    of_api = replace(granted(ana, ADMIN_SCOPE), via_api=True)

    issued = house.oauth.tokens.issue(
        Person(ana), app, of_api, source=TokenSource.SIGN_IN
    )

    assert issued.id_token is not None
    assert "at_hash" not in read(issued.id_token)[1]


class Trigger:
    """Wants nearly everything changed."""

    def change(
        self,
        person: Person,
        client: Client,
        granted: Authorization,
        source: TokenSource,
    ) -> ChangedClaims:
        forged: dict[str, Any] = {"sub": "eve", "iss": "https://evil.example"}
        return ChangedClaims(
            groups=Groups(("others",)),
            id_added={"tier": 7, "aud": "others", **forged},
            id_removed=("email", "token_use"),
            access_added={"source": source, "aud": "api", **forged},
            access_removed=("username",),
            scopes=("openid", "api/more"),
        )

    def change_service(
        self, client: Client, scopes: Sequence[str], resources: Sequence[str]
    ) -> ChangedClaims:
        return ChangedClaims(access_added={"tier": 7, "sub": "eve"}, scopes=("a/c",))


def test_a_trigger_has_a_say_and_no_more(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Whom a token is about, and what it is, is not for a trigger to say."""
    tokens = PoolTokens(
        keys=house.oauth.keys,
        issuers=house.oauth.issuers,
        clock=house.clock,
        changes=Trigger(),
    )

    issued = tokens.issue(
        Person(ana), app, granted(ana, "openid"), source=TokenSource.PAGES
    )

    assert issued.id_token is not None
    identity, access = read(issued.id_token)[1], read(issued.access_token)[1]
    assert identity["sub"] == access["sub"] == ana.sub
    assert identity["iss"] == access["iss"] == ISSUER
    assert (identity["aud"], identity["tier"]) == ("app", 7)
    assert "email" not in identity
    assert identity["token_use"] == "id"
    assert (access["source"], access["aud"]) == ("HostedAuth", "api")
    assert access["username"] == "ana"
    assert access["scope"] == "openid api/more"
    assert issued.scopes == ("openid", "api/more")
    assert identity["cognito:groups"] == access["cognito:groups"] == ["others"]

    service = read(tokens.issue_to_service(app, ("a/b",)).access_token)[1]
    assert (service["scope"], service["tier"], service["sub"]) == ("a/c", 7, app.id)
