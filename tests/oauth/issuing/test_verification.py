"""Whether an access token is still good."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.authentication.errors import WrongSignatureError
from gateway.mint.pool_keys import KeyPurpose
from gateway.model.client import ClaimsProfile, Client
from gateway.model.errors import (
    ExpiredCredentialError,
    GatewayError,
    MalformedCredentialError,
    UntrustedIssuerError,
    WrongTokenTypeError,
)
from gateway.model.user import User
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from gateway.storage.pools.origins import Origins
from gateway.storage.pools.users import Users
from tests.oauth.house import ISSUER, NOON, POOL_ID, URL, OAuthHouse, read


@pytest.mark.parametrize("profile", list(ClaimsProfile))
def test_a_good_token_says_whose_it_is(
    house: OAuthHouse, pool: Pool, ana: User, profile: ClaimsProfile
) -> None:
    app = house.app(pool, profile=profile)
    token = house.tokens(app, ana, scope="openid email").access_token

    verified = house.oauth.access_tokens.verify(token)

    assert verified.user == ana
    assert (verified.pool_id, verified.client_id) == (POOL_ID, app.id)
    assert verified.scopes == ("openid", "email")
    assert verified.thumbprint == ""
    assert verified.claims == read(token)[1]
    assert house.read(lambda each: Origins(each).find(verified.origin_id))


def test_a_client_of_its_own_has_no_person(house: OAuthHouse, app: Client) -> None:
    issued = house.oauth.tokens.issue_to_service(app, ("a/b",), thumbprint="t")

    verified = house.oauth.access_tokens.verify(issued.access_token)

    assert (verified.user, verified.origin_id) == (None, "")
    assert verified.thumbprint == "t"


def test_a_token_lives_to_the_second(house: OAuthHouse, app: Client, ana: User) -> None:
    token = house.tokens(app, ana).access_token

    house.now = NOON + timedelta(seconds=3599)
    house.oauth.access_tokens.verify(token)
    house.now = NOON + timedelta(seconds=3600)
    with pytest.raises(ExpiredCredentialError):
        house.oauth.access_tokens.verify(token)


def _disable(user: User) -> User:
    return replace(user, enabled=False)


def _sign_out(user: User) -> User:
    return replace(user, signed_out_at=NOON)


@pytest.mark.parametrize("change", [_disable, _sign_out, None])
def test_a_person_who_is_let_in_no_more_has_no_good_tokens(
    house: OAuthHouse, app: Client, ana: User, change: Callable[[User], User] | None
) -> None:
    """Disabled, signed out everywhere, or deleted."""
    token = house.tokens(app, ana).access_token
    with house.database.writing() as connection:
        if change is None:
            Users(connection).remove(POOL_ID, ana.sub)
        else:
            Users(connection).change(change(ana), search={"by_username": "ana"})

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(token)


def test_a_sign_in_after_signing_out_everywhere_is_good(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    with house.database.writing() as connection:
        Users(connection).change(_sign_out(ana), search={"by_username": "ana"})
    house.pass_time(timedelta(seconds=1))
    ana = house.user(house.pools.get(POOL_ID), ana.sub)

    token = house.tokens(app, ana).access_token

    assert house.oauth.access_tokens.verify(token).user == ana


def test_what_was_taken_back_is_not_good(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).access_token
    origin_id = house.oauth.access_tokens.verify(token).origin_id
    with house.database.writing() as connection:
        Origins(connection).revoke(origin_id, NOON)

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(token)


def test_a_person_without_an_origin_cannot_be(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """A row that somebody has removed is as good as revoked."""
    token = house.tokens(app, ana).access_token
    with house.database.writing() as connection:
        Origins(connection).remove_expired(NOON + timedelta(days=365))

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(token)


def test_an_id_token_is_no_access_token(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).id_token
    assert token is not None

    with pytest.raises(WrongTokenTypeError):
        house.oauth.access_tokens.verify(token)


def test_a_token_of_another_pool_is_none_of_this_one(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Even if it says that it is from here."""
    other = house.pool(pool_id="us-east-1_Others999")
    signer = house.oauth.keys.signer(other.id, KeyPurpose.ACCESS)
    claims = read(house.tokens(app, ana).access_token)[1]

    with pytest.raises(UntrustedIssuerError):
        house.oauth.access_tokens.verify(signer.sign(claims, typ=None).token)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", MalformedCredentialError),
        ("a.b.c", MalformedCredentialError),
        ("x" * 20_000, MalformedCredentialError),
    ],
)
def test_what_is_no_token_is_refused(
    house: OAuthHouse, token: str, error: type[GatewayError]
) -> None:
    with pytest.raises(error):
        house.oauth.access_tokens.verify(token)


@pytest.mark.parametrize(
    "issuer", ["", "https://evil.example/p", f"{URL}/us-east-1_Nowhere99"]
)
def test_an_issuer_that_is_none_of_ours_is_refused(
    house: OAuthHouse, pool: Pool, issuer: str
) -> None:
    signer = house.oauth.keys.signer(pool.id, KeyPurpose.ACCESS)
    token = signer.sign({"iss": issuer, "exp": 2**40}, typ=None).token

    with pytest.raises(UntrustedIssuerError):
        house.oauth.access_tokens.verify(token)


def test_a_changed_token_is_refused(house: OAuthHouse, app: Client, ana: User) -> None:
    """The last characters are the signature."""
    token = house.tokens(app, ana).access_token
    forged = token[:-10] + ("A" * 9) + "A"

    with pytest.raises(WrongSignatureError):
        house.oauth.access_tokens.verify(forged)
    assert ISSUER in str(read(token)[1])
