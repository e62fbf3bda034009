"""Whose key signed a token, and whether the person still stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.mint.pool_keys import KeyPurpose
from gateway.model.claims import TokenType
from gateway.model.client import ClaimsProfile, Client
from gateway.model.user import User
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.groups import Groups
from gateway.pool.pool import Pool
from gateway.storage.epochs import ChangeReader
from gateway.storage.pools.origins import Origins
from gateway.storage.pools.users import USER_TOPIC, Users
from tests.oauth.house import POOL_ID, OAuthHouse, read

SECOND = timedelta(seconds=1)


def test_a_key_signs_one_kind_of_token(house: OAuthHouse, pool: Pool) -> None:
    """And is known by its id."""
    for purpose, kind in (
        (KeyPurpose.ACCESS, TokenType.ACCESS_TOKEN),
        (KeyPurpose.ID, TokenType.ID_TOKEN),
    ):
        kid = house.oauth.keys.signing_key(pool.id, purpose).kid
        found = house.oauth.bearers.find_key(pool.id, kid)
        assert found is not None
        assert (found[0], found[1]) == (kind, "RS256")
    assert house.oauth.bearers.find_key(pool.id, "unknown") is None


@pytest.mark.parametrize("profile", list(ClaimsProfile))
def test_somebody_is_the_same_whichever_token_they_show(
    house: OAuthHouse, pool: Pool, ana: User, profile: ClaimsProfile
) -> None:
    """Attributes, name and groups, also where the token is silent."""
    groups = Groups(database=house.database, cursors=house.cursors, clock=house.clock)
    groups.create(pool, "staff")
    groups.join(pool, "staff", ana.username)
    issued = house.tokens(house.app(pool, profile=profile), ana)

    for token in (issued.access_token, issued.id_token):
        assert token is not None
        assert house.oauth.bearers.profile(pool.id, read(token)[1]) == {
            "email": "ana@example.com",
            "email_verified": True,
            "name": "Ana",
            "username": "ana",
            "cognito:groups": ["staff"],
        }


@pytest.mark.parametrize("profile", list(ClaimsProfile))
@pytest.mark.parametrize("which", ["access_token", "id_token"])
def test_signing_out_everywhere_ends_every_token(
    house: OAuthHouse, pool: Pool, ana: User, profile: ClaimsProfile, which: str
) -> None:
    """Those from before; a later sign-in is good."""
    app = house.app(pool, profile=profile)
    before = read(getattr(house.tokens(app, ana), which))[1]
    house.pass_time(SECOND)
    signed_out = replace(ana, signed_out_at=house.now)
    with house.database.writing() as connection:
        Users(connection).change(signed_out, search={"by_username": "ana"})
    house.pass_time(SECOND)
    after = read(getattr(house.tokens(app, ana), which))[1]

    with pytest.raises(RevokedTokenError):
        house.oauth.bearers.profile(pool.id, before)
    house.oauth.bearers.profile(pool.id, after)


def test_who_is_disabled_or_gone_is_refused(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    claims = read(house.tokens(app, ana).access_token)[1]
    for change in ("disable", "remove"):
        with house.database.writing() as connection:
            users = Users(connection)
            if change == "disable":
                off = replace(ana, enabled=False)
                users.change(off, search={"by_username": "ana"})
            else:
                users.remove(POOL_ID, ana.sub)
        with pytest.raises(RevokedTokenError):
            house.oauth.bearers.profile(POOL_ID, claims)


def test_what_was_taken_back_is_refused_and_heard_of(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """By every gateway that remembers the token."""
    claims = read(house.tokens(app, ana).access_token)[1]
    reader = ChangeReader(database=house.database)

    with house.database.writing() as connection:
        assert Origins(connection).revoke(claims["event_id"], house.now)

    assert reader.catch_up().keys == {USER_TOPIC: {f"{POOL_ID}/{ana.sub}"}}
    with pytest.raises(RevokedTokenError):
        house.oauth.bearers.profile(POOL_ID, claims)


def test_an_authorization_is_one_persons(
    house: OAuthHouse, app: Client, pool: Pool, ana: User
) -> None:
    """Nobody stands by what somebody else was granted, or by nothing."""
    claims = read(house.tokens(app, ana).access_token)[1]
    bob = house.person(pool, "bob")

    for changed in ({"sub": bob.sub}, {"event_id": "unknown"}):
        with pytest.raises(RevokedTokenError):
            house.oauth.bearers.profile(POOL_ID, {**claims, **changed})
