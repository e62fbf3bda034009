"""What a person lets clients do."""

from datetime import timedelta

import pytest

from gateway.model.user import User
from gateway.oauth.authorizing.permissions import Permission
from gateway.oauth.issuing.verification import RevokedTokenError
from gateway.pool.pool import Pool
from gateway.storage.pools.clients import StoredClients
from tests.oauth.house import NOON, OAuthHouse, answer


def test_a_person_sees_it_and_takes_it_back(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """With all tokens that came of it, and none of another client."""
    app, other = house.app(pool, consent=True), house.app(pool)
    permissions = house.oauth.permissions
    query = house.query(app, scope="openid email")
    step = house.oauth.authorizations.complete(
        query, house.sign_in(ana), consented=True
    )
    token = house.exchange(app, answer(step)["code"]).access_token
    kept = house.tokens(other, ana).access_token
    assert permissions.list(ana) == [Permission(app, ("email", "openid"), NOON)]

    assert permissions.withdraw(ana, app.id)
    assert not permissions.withdraw(ana, app.id)

    assert permissions.list(ana) == []
    with pytest.raises(RevokedTokenError):
        house.oauth.access_tokens.verify(token)
    assert house.oauth.access_tokens.verify(kept).user == ana


def test_a_client_that_is_gone_is_not_shown(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    app = house.app(pool, consent=True)
    house.oauth.authorizations.complete(
        house.query(app), house.sign_in(ana), consented=True
    )
    with house.database.writing() as connection:
        StoredClients(connection).remove(app.id)
    house.pass_time(timedelta(seconds=5))

    assert house.oauth.permissions.list(ana) == []
