"""Authorization codes, kept as digests."""

from gateway.model.client import Client
from gateway.model.user import User
from gateway.oauth.authorizing.codes import GrantedCode
from gateway.oauth.grants.authorization_code import challenge_of
from tests.oauth.house import CALLBACK, NOON, VERIFIER, OAuthHouse


def find(house: OAuthHouse, code: str) -> GrantedCode | None:
    return house.read(lambda connection: house.oauth.codes.find(connection, code))


def test_a_code_stands_for_all_that_was_asked(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    code = house.code(
        app, house.sign_in(ana, amr=("pwd", "otp")), nonce="n", scope="openid email"
    )

    found = find(house, code)

    assert found is not None
    assert (found.pool_id, found.sub, found.client_id) == (
        app.pool_id,
        ana.sub,
        app.id,
    )
    assert found.redirect_uri == CALLBACK
    assert found.scopes == ("openid", "email")
    assert found.challenge == challenge_of(VERIFIER)
    assert found.nonce == "n"
    assert (found.authenticated_at, found.amr) == (NOON, ("pwd", "otp"))
    assert not found.is_used


def test_a_used_code_is_recognised(house: OAuthHouse, app: Client, ana: User) -> None:
    code = house.code(app, house.sign_in(ana))
    with house.database.writing() as connection:
        house.oauth.codes.use(connection, code)

    found = find(house, code)

    assert found is not None
    assert found.is_used


def test_what_is_no_code_is_none(house: OAuthHouse) -> None:
    assert find(house, "made-up") is None
    assert find(house, "x" * 10_000) is None
