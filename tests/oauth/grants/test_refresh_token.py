"""New tokens for what was granted before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from gateway.model.client import Client, Rotation
from gateway.model.errors import GatewayError
from gateway.model.group import Group
from gateway.model.user import User
from gateway.oauth.errors import (
    InvalidGrantError,
    InvalidScopeError,
    MissingParameterError,
    ReusedRefreshTokenError,
)
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from gateway.storage.pools.groups import AllGroups
from tests.oauth.house import NOON, POOL_ID, OAuthHouse, read


def test_new_tokens_are_of_the_same_sign_in(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """`origin_jti` and `auth_time` stay; `jti`, `iat` and `exp` are new; no nonce."""
    before = house.tokens(app, ana, nonce="n", scope="openid email")
    house.pass_time(timedelta(minutes=10))

    after = house.refresh(app, before.refresh_token)

    assert before.id_token is not None
    assert after.id_token is not None
    assert after.refresh_token != before.refresh_token
    assert after.scope == before.scope
    for old, new in (
        (before.access_token, after.access_token),
        (before.id_token, after.id_token),
    ):
        one, two = read(old)[1], read(new)[1]
        for same in ("sub", "origin_jti", "auth_time", "event_id"):
            assert one[same] == two[same]
        assert one["jti"] != two["jti"]
        assert two["iat"] == one["iat"] + 600
    assert "nonce" not in read(after.id_token)[1]


def test_new_tokens_tell_of_the_groups_of_now(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Whoever has joined one since the sign-in is in it, and gets its role."""
    first = house.tokens(app, ana, scope="openid")
    with house.database.writing() as connection:
        groups = AllGroups(connection)
        groups.add(Group(POOL_ID, "staff", "", None, "arn:staff", NOON, NOON))
        groups.join(POOL_ID, "staff", ana.sub)

    after = house.refresh(app, first.refresh_token)

    assert "cognito:groups" not in read(first.access_token)[1]
    assert read(after.access_token)[1]["cognito:groups"] == ["staff"]
    assert after.id_token is not None
    assert read(after.id_token)[1]["cognito:roles"] == ["arn:staff"]


def test_two_windows_that_ask_at_once_get_the_same(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """None of them is signed out."""
    token = house.tokens(app, ana).refresh_token

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda _: house.refresh(app, token), range(4)))

    assert len({each.refresh_token for each in found}) == 1
    assert house.refresh(app, found[0].refresh_token).access_token


def test_a_token_that_was_replaced_long_ago_was_stolen(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """RFC 9700 section 4.14.2: all that came from the same sign-in is taken back."""
    first = house.tokens(app, ana)
    second = house.refresh(app, first.refresh_token)
    other = house.tokens(app, ana)
    house.pass_time(Rotation().grace + timedelta(seconds=1))

    with pytest.raises(ReusedRefreshTokenError):
        house.refresh(app, first.refresh_token)

    with pytest.raises(InvalidGrantError):
        house.refresh(app, second.refresh_token)
    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(second.access_token)
    assert house.refresh(app, other.refresh_token).access_token


def test_less_may_be_asked_for_and_not_more(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """RFC 6749 section 6. A refusal leaves the token good."""
    token = house.tokens(app, ana, scope="openid email").refresh_token

    with pytest.raises(InvalidScopeError):
        house.refresh(app, token, scope="openid phone")
    narrowed = house.refresh(app, token, scope="email")

    assert narrowed.scope == "email"
    assert narrowed.id_token is None
    assert house.refresh(app, narrowed.refresh_token).scope == "openid email"


@pytest.mark.parametrize(
    ("token", "error"),
    [("", MissingParameterError), ("made-up", InvalidGrantError)],
)
def test_what_is_no_token_is_refused(
    house: OAuthHouse, app: Client, token: str, error: type[GatewayError]
) -> None:
    more = {"refresh_token": token} if token else {}

    with pytest.raises(error):
        house.ask(grant_type="refresh_token", client_id=app.id, **more)


def test_a_token_of_another_client_is_none(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    token = house.tokens(app, ana).refresh_token

    with pytest.raises(InvalidGrantError):
        house.refresh(house.app(pool), token)
