"""Whether a token is good, for a service that asks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.model.client import Client
from gateway.model.user import User
from gateway.oauth.errors import MissingParameterError, UnauthorizedClientError
from gateway.oauth.inquiries.introspection import INACTIVE
from gateway.pool.pool import Pool
from tests.oauth.house import ISSUER, OAuthHouse


@pytest.fixture
def service(house: OAuthHouse, pool: Pool) -> Client:
    return house.service(pool)[0]


def tell(house: OAuthHouse, client: Client, token: str | None) -> Mapping[str, Any]:
    asked = {} if token is None else {"token": token}
    return house.oauth.introspections.tell(client, asked)


def test_a_good_access_token_says_what_it_is(
    house: OAuthHouse, app: Client, service: Client, ana: User
) -> None:
    """To any service of the pool: it may have been presented there."""
    token = house.tokens(app, ana, scope="openid email").access_token

    told = tell(house, service, token)

    assert told["active"] is True
    assert (told["sub"], told["username"]) == (ana.sub, "ana")
    assert (told["client_id"], told["scope"]) == (app.id, "openid email")
    assert (told["iss"], told["token_type"]) == (ISSUER, "Bearer")
    assert told["exp"] - told["iat"] == 3600


def test_a_token_of_a_client_has_no_user_name(
    house: OAuthHouse, app: Client, service: Client
) -> None:
    issued = house.oauth.tokens.issue_to_service(app, ("a/b",), thumbprint="t")

    told = tell(house, service, issued.access_token)

    assert (told["sub"], told["token_type"]) == (app.id, "DPoP")
    assert told["cnf"] == {"jkt": "t"}
    assert "username" not in told


def test_a_refresh_token_is_told_to_its_own_client(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    client, secret = house.service(pool)
    code = house.code(client, house.sign_in(ana))
    token = house.exchange(client, code, client_secret=secret).refresh_token

    told = tell(house, client, token)

    assert told["active"] is True
    assert (told["token_type"], told["sub"]) == ("refresh_token", ana.sub)
    assert tell(house, house.service(pool)[0], token) == INACTIVE


def test_everything_else_is_not_good_and_no_more_is_said(
    house: OAuthHouse, app: Client, service: Client, ana: User
) -> None:
    """Old, made up, an ID token, or of another pool."""
    issued = house.tokens(app, ana)
    other = house.service(house.pool(pool_id="us-east-1_Others999"))[0]

    assert tell(house, other, issued.access_token) == INACTIVE
    assert tell(house, service, issued.id_token) == INACTIVE
    assert tell(house, service, "made-up") == INACTIVE
    house.pass_time(timedelta(hours=1))
    assert tell(house, service, issued.access_token) == INACTIVE


def test_not_everybody_may_ask(house: OAuthHouse, app: Client, service: Client) -> None:
    with pytest.raises(UnauthorizedClientError):
        tell(house, app, "token")
    with pytest.raises(MissingParameterError):
        tell(house, service, None)
