"""Signing out where a client has sent the browser to."""

from datetime import timedelta

import pytest

from gateway.model.client import Client
from gateway.model.user import User
from gateway.oauth.authorizing.logout import NeedsAnswer, SignedOut
from gateway.oauth.errors import UntrustedRequestError
from gateway.pool.pool import Pool
from tests.oauth.house import CALLBACK, OAuthHouse

BYE = "https://app.example.com/bye"
BYE_ASKED = "https://app.example.com/bye?from=us"


@pytest.fixture
def app(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(pool, logout_uris=(BYE, BYE_ASKED))


def leave(
    house: OAuthHouse, user: User | None = None, **asked: str
) -> SignedOut | NeedsAnswer:
    session = None if user is None else house.sign_in(user)
    return house.oauth.logouts.decide(asked, session)


def hint(house: OAuthHouse, app: Client, user: User) -> str:
    token = house.tokens(app, user).id_token
    assert token is not None
    return token


def test_an_application_names_itself_and_an_address_of_its_own(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Then nobody need be asked."""
    left = leave(house, ana, client_id=app.id, post_logout_redirect_uri=BYE)

    assert left == SignedOut(BYE)


def test_an_id_token_says_who_leaves(house: OAuthHouse, app: Client, ana: User) -> None:
    """With an ID token of whenever, and the state that was sent."""
    token = hint(house, app, ana)
    house.pass_time(timedelta(days=30))

    assert leave(
        house, ana, id_token_hint=token, post_logout_redirect_uri=BYE, state="a b"
    ) == SignedOut(f"{BYE}?state=a+b")
    assert leave(
        house,
        id_token_hint=token,
        client_id=app.id,
        post_logout_redirect_uri=BYE_ASKED,
        state="s",
    ) == SignedOut(f"{BYE_ASKED}&state=s")


def test_without_a_place_to_go_there_is_a_page(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """It asks first if nothing shows that the client has sent the browser."""
    assert leave(house, ana, client_id=app.id) == NeedsAnswer(app)
    assert leave(house, ana, id_token_hint=hint(house, app, ana)) == SignedOut()


def test_nobody_is_sent_elsewhere_and_nobody_else_is_signed_out(
    house: OAuthHouse, pool: Pool, app: Client, ana: User
) -> None:
    """Open redirects, unknown clients, ID tokens of somebody else."""
    bob = house.person(pool, "bob")
    issued = house.tokens(app, ana)
    bad: list[dict[str, str]] = [
        {},
        {"post_logout_redirect_uri": BYE},
        {"client_id": "nobody", "post_logout_redirect_uri": BYE},
        {"client_id": app.id, "post_logout_redirect_uri": BYE + "/"},
        {"client_id": app.id, "post_logout_redirect_uri": "https://evil.example"},
        {"client_id": app.id, "post_logout_redirect_uri": CALLBACK},
        {"id_token_hint": "made-up"},
        {"id_token_hint": issued.access_token},
        {"id_token_hint": hint(house, app, bob)},
        {"id_token_hint": hint(house, app, ana), "client_id": "other"},
    ]

    for asked in bad:
        with pytest.raises(UntrustedRequestError):
            leave(house, ana, **asked)


def test_a_client_of_another_pool_ends_no_session(house: OAuthHouse, ana: User) -> None:
    """The browser goes where that client says, and who is signed in stays so."""
    other = house.open("us-east-1_Zz9yX8wV7")
    theirs = house.app(other, id="2other", logout_uris=(BYE,))

    left = leave(house, ana, client_id=theirs.id, post_logout_redirect_uri=BYE)

    assert left == SignedOut(BYE, is_here=False)
    assert leave(house, client_id=theirs.id, post_logout_redirect_uri=BYE) == (
        SignedOut(BYE)
    )
