"""Tokens that are bound to a key: RFC 9449, from the code to the last refresh."""

import pytest

from gateway.model.client import Client, ProofOfPossession
from gateway.model.user import User
from gateway.oauth.errors import InvalidProofError
from gateway.oauth.tokens import IssuedToken
from gateway.pool.pool import Pool
from tests.oauth.house import CALLBACK, VERIFIER, OAuthHouse, read
from tests.oauth.proving import Holder


@pytest.fixture
def app(house: OAuthHouse, pool: Pool) -> Client:
    return house.app(pool, proof=ProofOfPossession.OPTIONAL)


def exchange(
    house: OAuthHouse, client: Client, code: str, holder: Holder | None, **more: str
) -> IssuedToken:
    asked = {
        "grant_type": "authorization_code",
        "client_id": client.id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        **more,
    }
    return _ask(house, holder, asked)


def refresh(
    house: OAuthHouse,
    client: Client,
    before: IssuedToken,
    holder: Holder | None,
    **more: str,
) -> IssuedToken:
    asked = {
        "grant_type": "refresh_token",
        "client_id": client.id,
        "refresh_token": before.refresh_token or "",
        **more,
    }
    return _ask(house, holder, asked)


def _ask(
    house: OAuthHouse, holder: Holder | None, asked: dict[str, str]
) -> IssuedToken:
    if holder is None:
        return house.ask(**asked)
    return house.ask_proven(holder.proof(house.oauth.proofs.nonce()), **asked)


def bound(issued: IssuedToken) -> str:
    """Return the key that a token is bound to."""
    cnf = read(issued.access_token)[1].get("cnf", {})
    assert (issued.token_type == "DPoP") == bool(cnf)
    jkt: str = cnf.get("jkt", "")
    return jkt


def test_a_public_clients_refresh_token_is_bound_to_its_key(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """A stolen one is of no use to whoever has stolen it; and stays good."""
    holder = Holder()
    first = exchange(house, app, house.code(app, house.sign_in(ana)), holder)
    assert bound(first) == holder.thumbprint

    for thief in (None, Holder()):
        with pytest.raises(InvalidProofError):
            refresh(house, app, first, thief)

    assert bound(refresh(house, app, first, holder)) == holder.thumbprint


def test_a_client_with_a_secret_may_change_its_key(
    house: OAuthHouse, pool: Pool, ana: User
) -> None:
    """RFC 9449 section 5: its refresh tokens are bound to its secret already."""
    app, secret = house.service(pool, proof=ProofOfPossession.OPTIONAL)
    code = house.code(app, house.sign_in(ana))
    one, two = Holder(), Holder()
    first = exchange(house, app, code, one, client_secret=secret)

    second = refresh(house, app, first, two, client_secret=secret)
    third = refresh(house, app, second, None, client_secret=secret)

    assert [bound(each) for each in (first, second, third)] == [
        one.thumbprint,
        two.thumbprint,
        "",
    ]


def test_a_code_may_be_bound_before_it_is_given(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """RFC 9449 section 10: `dpop_jkt`."""
    holder = Holder()
    code = house.code(app, house.sign_in(ana), dpop_jkt=holder.thumbprint)

    for thief in (None, Holder()):
        with pytest.raises(InvalidProofError):
            exchange(house, app, code, thief)

    assert bound(exchange(house, app, code, holder)) == holder.thumbprint


def test_without_a_proof_the_token_is_anybodys(
    house: OAuthHouse, app: Client, ana: User
) -> None:
    """Where the client's settings leave it to the client."""
    issued = exchange(house, app, house.code(app, house.sign_in(ana)), None)

    assert bound(issued) == ""
    assert bound(refresh(house, app, issued, Holder())) != ""
