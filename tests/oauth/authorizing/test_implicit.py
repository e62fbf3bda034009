"""Tokens in the fragment of an address: a legacy."""

from dataclasses import replace

import pytest

from gateway.model.client import Client, GrantKind
from gateway.model.user import User
from gateway.oauth.authorizing.authorizations import Redirect
from gateway.pool.pool import Pool
from gateway.storage.pools.users import Users
from tests.oauth.house import OAuthHouse, answer, read


@pytest.fixture
def legacy(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(
        pool,
        grants=frozenset({GrantKind.IMPLICIT}),
        scopes=("openid", "aws.cognito.signin.user.admin"),
    )


def test_the_answer_is_cognitos(house: OAuthHouse, legacy: Client, ana: User) -> None:
    """With an ID token where `openid` was asked for."""
    query = house.query(legacy, response_type="token", nonce="n")
    step = house.oauth.authorizations.begin(query, house.sign_in(ana))

    assert isinstance(step, Redirect)
    assert "?" not in step.uri
    found = answer(step)
    assert found["token_type"] == "Bearer"
    assert found["expires_in"] == "3600"
    assert found["scope"] == "openid"
    assert read(found["id_token"])[1]["nonce"] == "n"
    assert "refresh_token" not in found
    assert house.oauth.access_tokens.verify(found["access_token"]).user == ana


def test_without_openid_there_is_no_id_token(
    house: OAuthHouse, legacy: Client, ana: User
) -> None:
    query = house.query(
        legacy, response_type="token", scope="aws.cognito.signin.user.admin"
    )

    found = answer(house.oauth.authorizations.begin(query, house.sign_in(ana)))

    assert "id_token" not in found


def test_whoever_is_let_in_no_more_gets_nothing(
    house: OAuthHouse, legacy: Client, ana: User
) -> None:
    """Disabled between the look at the session and the tokens."""
    session = house.sign_in(ana)
    with house.database.writing() as connection:
        Users(connection).change(
            replace(ana, enabled=False), search={"by_username": "ana"}
        )
    query = house.query(legacy, response_type="token")

    found = answer(house.oauth.authorizations.begin(query, session))

    assert found["error"] == "access_denied"
