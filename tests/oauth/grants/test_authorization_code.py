"""A code for tokens, once, and for whoever began with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.model.client import Client, GrantKind
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.oauth.authorizing.codes import LIFETIME
from gateway.oauth.errors import (
    InvalidGrantError,
    MissingParameterError,
    ReplayedCodeError,
    UnauthorizedClientError,
)
from gateway.oauth.grants.authorization_code import challenge_of
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from gateway.storage.pools.users import Users
from tests.oauth.house import VERIFIER, OAuthHouse, read


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636 appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_becomes_tokens(house: OAuthHouse, app: Client, ana: User) -> None:
    """For as long as the client's settings say, and with the next step beside them."""
    issued = house.tokens(app, ana, nonce="n-1", scope="openid email")

    assert issued.token_type == "Bearer"
    assert issued.expires_in == 3600
    assert issued.scope == "openid email"
    assert issued.refresh_token is not None
    assert issued.id_token is not None
    assert read(issued.id_token)[1]["nonce"] == "n-1"
    assert house.oauth.access_tokens.verify(issued.access_token).user == ana


def test_without_the_refresh_grant_there_is_no_refresh_token(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    app = house.app(pool, grants=frozenset({GrantKind.AUTHORIZATION_CODE}))

    issued = house.tokens(app, ana)

    assert issued.refresh_token is None
    assert house.oauth.access_tokens.verify(issued.access_token).user == ana


def test_a_code_lives_for_five_minutes(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    session = house.sign_in(ana)
    good, old = house.code(app, session), house.code(app, session)

    house.pass_time(LIFETIME - timedelta(seconds=1))
    house.exchange(app, good)
    house.pass_time(timedelta(seconds=1))
    with pytest.raises(InvalidGrantError):
        house.exchange(app, old)
    assert timedelta(minutes=5) == LIFETIME


def test_a_code_that_comes_again_takes_back_what_it_gave(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """RFC 6749 section 10.5: nobody knows which of the two was the client."""
    code = house.code(app, house.sign_in(ana))
    issued = house.exchange(app, code)

    with pytest.raises(ReplayedCodeError):
        house.exchange(app, code)

    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(issued.access_token)
    with pytest.raises(InvalidGrantError):
        house.refresh(app, issued.refresh_token)


def test_of_many_who_use_a_code_at_once_one_wins_at_most(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """And what it got is taken back, since the others have the code too."""
    code = house.code(app, house.sign_in(ana))

    def attempt(_: int) -> str | None:
        try:
            return house.exchange(app, code).access_token
        except ReplayedCodeError:
            return None

    with ThreadPoolExecutor(4) as threads:
        won = [token for token in threads.map(attempt, range(4)) if token]

    assert len(won) == 1
    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(won[0])


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code": ""}, MissingParameterError),
        ({"code": "made-up"}, InvalidGrantError),
        ({"code": "x" * 10_000}, InvalidGrantError),
        ({"redirect_uri": ""}, MissingParameterError),
        ({"redirect_uri": "https://app.example.com/callback/"}, InvalidGrantError),
        ({"code_verifier": ""}, InvalidGrantError),
        ({"code_verifier": "short"}, InvalidGrantError),
        ({"code_verifier": VERIFIER + "\n"}, InvalidGrantError),
        ({"code_verifier": challenge_of(VERIFIER)}, InvalidGrantError),
    ],
)
def test_what_is_refused_leaves_the_code_good(
    house: OAuthHouse,
    app: Client,
    ana: User,
    changed: dict[str, str],
    error: type[GatewayError],
) -> None:
    """Somebody who guesses must not be able to use it up."""
    code = house.code(app, house.sign_in(ana))

    with pytest.raises(error):
        house.exchange(app, code, **changed)

    assert house.exchange(app, code).access_token


def test_a_verifier_without_a_challenge_is_a_downgrade(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """RFC 9700 section 4.8.2: somebody has taken the challenge away."""
    client, secret = house.service(pool)
    code = house.code(
        client, house.sign_in(ana), code_challenge=None, code_challenge_method=None
    )

    with pytest.raises(InvalidGrantError):
        house.exchange(client, code, client_secret=secret)

    assert house.exchange(
        client, code, client_secret=secret, code_verifier=""
    ).access_token


def test_a_code_of_another_client_is_none(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """Substitution: the code was stolen from an app, and put into another one."""
    code = house.code(app, house.sign_in(ana))

    with pytest.raises(InvalidGrantError):
        house.exchange(house.app(pool), code)

    assert house.exchange(app, code).access_token


def test_a_client_needs_the_grant(house: OAuthHouse, pool: Pool, ana: User) -> None:
    """Also one that lost it after the code was given."""
    app = house.app(pool)
    code = house.code(app, house.sign_in(ana))
    house.clients.change(
        app.id, lambda old: replace(old, grants=frozenset(), redirect_uris=())
    )
    house.pass_time(timedelta(seconds=5))

    with pytest.raises(UnauthorizedClientError):
        house.exchange(app, code)


def _disable(user: User) -> User:
    return replace(user, enabled=False)


@pytest.mark.parametrize("change", [_disable, None])
def test_whoever_is_let_in_no_more_gets_nothing(
    house: OAuthHouse, app: Client, ana: User, change: Callable[[User], User] | None
) -> None:
    """Disabled or deleted after the sign-in."""
    code = house.code(app, house.sign_in(ana))
    with house.database.writing() as connection:
        if change is None:
            Users(connection).remove(ana.pool_id, ana.sub)
        else:
            Users(connection).change(change(ana), search={"by_username": "ana"})

    with pytest.raises(InvalidGrantError):
        house.exchange(app, code)


def test_used_codes_are_forgotten_after_a_day(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    code = house.code(app, house.sign_in(ana))
    house.exchange(app, code)
    house.pass_time(LIFETIME + timedelta(days=1))
    codes = house.oauth.codes

    with house.database.writing() as connection:
        assert codes.sweep(connection, house.now - timedelta(seconds=1)) == 0
        assert codes.sweep(connection, house.now) == 1
        assert codes.find(connection, code) is None
