"""Taking tokens back."""

import pytest

from gateway.model.client import Client
from gateway.model.errors import GatewayError
from gateway.model.user import User
from gateway.oauth.errors import (
    InvalidGrantError,
    MalformedParameterError,
    MissingParameterError,
    UnsupportedTokenTypeError,
)
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from tests.oauth.house import OAuthHouse


def revoke(house: OAuthHouse, client: Client, token: str | None) -> None:
    asked = {} if token is None else {"token": token}
    house.oauth.revocations.revoke(client, asked)


def test_a_refresh_token_ends_with_all_that_came_of_it(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """And nothing else of the person. Once more is no fault."""
    first, other = house.tokens(app, ana), house.tokens(app, ana)
    second = house.refresh(app, first.refresh_token)

    for _ in range(2):
        revoke(house, app, first.refresh_token)

    for token in (first.access_token, second.access_token):
        with pytest.raises(RevokedTokenError):
            house.oauth.access_tokens.verify(token)
    with pytest.raises(InvalidGrantError):
        house.refresh(app, second.refresh_token)
    assert house.oauth.access_tokens.verify(other.access_token).user == ana


def test_a_token_that_there_is_not_is_no_fault(house: OAuthHouse, app: Client) -> None:
    """RFC 7009 section 2.2."""
    revoke(house, app, "made-up")
    revoke(house, app, "x" * 10_000)


def test_other_tokens_cannot_be_taken_back(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Amazon Cognito's answer."""
    issued = house.tokens(app, ana)

    for token in (issued.access_token, issued.id_token):
        with pytest.raises(UnsupportedTokenTypeError):
            revoke(house, app, token)


def test_a_token_of_another_client_stays(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    issued = house.tokens(app, ana)

    with pytest.raises(InvalidGrantError):
        revoke(house, house.app(pool), issued.refresh_token)
    assert house.refresh(app, issued.refresh_token).access_token


@pytest.mark.parametrize(
    ("token", "revocable", "error"),
    [(None, True, MissingParameterError), ("t", False, MalformedParameterError)],
)
def test_what_cannot_be_done_is_refused(
    house: OAuthHouse,
    pool: Pool,
    token: str | None,
    error: type[GatewayError],
    *,
    revocable: bool,
) -> None:
    with pytest.raises(error):
        revoke(house, house.app(pool, revocable=revocable), token)
