"""Refresh tokens: one for the next, and what a stolen one leads to."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from gateway.model.client import Client, Rotation, TokenLifetimes
from gateway.model.user import User
from gateway.oauth.issuing.refresh_tokens import Refreshed, RefreshTokens, Refusal
from gateway.storage.pools.users import Users
from tests.oauth.house import NOON, OAuthHouse

GRACE = Rotation().grace


def use(house: OAuthHouse, client: Client, token: str | None) -> Refreshed | Refusal:
    assert token is not None
    return house.database.write(
        lambda connection: house.oauth.refresh_tokens.use(connection, client, token)
    )


def is_active(house: OAuthHouse, client: Client, token: str | None) -> bool:
    assert token is not None
    found = house.read(
        lambda each: house.oauth.refresh_tokens.find_active(each, client, token)
    )
    return found is not None


def successor(found: Refreshed | Refusal) -> str:
    assert isinstance(found, Refreshed)
    assert found.successor is not None
    return found.successor


def test_each_token_leads_to_the_next(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """All of them stand for the same sign-in."""
    token = house.tokens(app, ana, scope="openid email").refresh_token
    first = use(house, app, token)
    second = use(house, app, successor(first))

    assert isinstance(first, Refreshed)
    assert isinstance(second, Refreshed)
    assert len({token, first.successor, second.successor}) == 3
    assert first.person.user == ana
    assert second.granted == first.granted
    assert second.granted.scopes == ("openid", "email")


def test_within_the_grace_the_old_one_leads_to_the_same_successor(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """And not a moment later: then somebody has stolen it."""
    token = house.tokens(app, ana).refresh_token
    first = successor(use(house, app, token))
    house.pass_time(GRACE)

    assert successor(use(house, app, token)) == first
    assert is_active(house, app, token)
    house.pass_time(timedelta(microseconds=1))
    assert not is_active(house, app, token)
    assert use(house, app, token) is Refusal.REUSED
    assert use(house, app, first) is Refusal.REVOKED
    assert not is_active(house, app, first)


def test_without_rotation_it_stays(house: OAuthHouse, app: Client, ana: User) -> None:
    """Until its end."""
    fixed = replace(app, rotation=Rotation(enabled=False))
    token = house.tokens(app, ana).refresh_token

    for _ in range(2):
        found = use(house, fixed, token)
        assert isinstance(found, Refreshed)
        assert found.successor is None


def test_switching_rotation_off_does_not_bring_old_ones_back(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).refresh_token
    first = successor(use(house, app, token))
    fixed = replace(app, rotation=Rotation(enabled=False))

    assert successor(use(house, fixed, token)) == first
    house.pass_time(GRACE + timedelta(seconds=1))
    assert use(house, fixed, token) is Refusal.REUSED


def test_all_of_them_end_when_the_first_one_would_have(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Amazon Cognito's rule: counted from the sign-in."""
    first = successor(use(house, app, house.tokens(app, ana).refresh_token))
    house.now = NOON + TokenLifetimes().refresh - timedelta(seconds=1)
    second = successor(use(house, app, first))

    assert is_active(house, app, second)
    house.now = NOON + TokenLifetimes().refresh
    assert use(house, app, second) is Refusal.EXPIRED
    assert not is_active(house, app, second)


def test_others_cannot_use_it(house: OAuthHouse, app: Client, ana: User) -> None:
    """Nor what is none."""
    token = house.tokens(app, ana).refresh_token
    other = replace(app, id="other")

    assert use(house, other, token) is Refusal.UNKNOWN
    assert not is_active(house, other, token)
    assert use(house, app, "made-up") is Refusal.UNKNOWN
    assert use(house, app, "x" * 10_000) is Refusal.UNKNOWN
    assert is_active(house, app, token)


def test_it_goes_with_the_person(house: OAuthHouse, app: Client, ana: User) -> None:
    """Disabled, or signed out everywhere."""
    token = house.tokens(app, ana).refresh_token
    for changed in (replace(ana, enabled=False), replace(ana, signed_out_at=NOON)):
        with house.database.writing() as connection:
            Users(connection).change(changed, search={"by_username": "ana"})

        assert not is_active(house, app, token)
        assert use(house, app, token) is Refusal.REVOKED


def test_what_it_stands_for_can_be_looked_up(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).refresh_token
    assert token is not None

    def work(connection: Connection) -> list[str | None]:
        tokens = house.oauth.refresh_tokens
        found = [tokens.find(connection, each) for each in (token, "made-up")]
        return [each.sub if each else None for each in found]

    assert house.read(work) == [ana.sub, None]


def test_a_successor_cannot_be_made_without_the_key(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Whoever has an old token and the database has nothing."""
    token = house.tokens(app, ana).refresh_token
    other = RefreshTokens(secret=b"o" * 32, clock=house.clock)
    assert token is not None

    assert other._successor(token) != house.oauth.refresh_tokens._successor(token)
    assert token not in repr(use(house, app, token))
