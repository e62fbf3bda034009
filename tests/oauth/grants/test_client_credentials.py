"""An access token for a client that acts for itself."""

from dataclasses import replace

import pytest

from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.model.errors import GatewayError
from gateway.oauth.errors import (
    InvalidScopeError,
    InvalidTargetError,
    UnauthorizedClientError,
)
from gateway.oauth.grants.client_credentials import ClientCredentialsGrant
from gateway.oauth.tokens import ClientRequest, IssuedToken
from gateway.pool.pool import Pool
from gateway.pool.resource_servers import ResourceServer, Scope
from tests.oauth.house import OAuthHouse, read
from tests.oauth.proving import Holder


@pytest.fixture
def service(house: OAuthHouse, pool: Pool) -> tuple[Client, str]:
    scopes = (Scope("read", "r"), Scope("write", "w"))
    house.resource_servers.create(ResourceServer(pool.id, "api", "API", scopes))
    return house.service(
        pool,
        grants=frozenset({GrantKind.CLIENT_CREDENTIALS}),
        scopes=("api/read", "api/write"),
        redirect_uris=(),
    )


def ask(house: OAuthHouse, service: tuple[Client, str], **more: str) -> IssuedToken:
    client, secret = service
    return house.ask(
        grant_type="client_credentials",
        client_id=client.id,
        client_secret=secret,
        **more,
    )


def test_a_client_gets_what_it_may_have(
    house: OAuthHouse, service: tuple[Client, str]
) -> None:
    """All of it, or as much as it asks for; and nothing to refresh."""
    everything = ask(house, service)
    less = ask(house, service, scope="api/read", resource="api")

    assert everything.scope == "api/read api/write"
    assert (everything.refresh_token, everything.id_token) == (None, None)
    claims = read(less.access_token)[1]
    assert (claims["scope"], claims["aud"]) == ("api/read", "api")
    assert claims["sub"] == claims["client_id"] == service[0].id
    verified = house.oauth.access_tokens.verify(less.access_token)
    assert verified.user is None


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"scope": "api/admin"}, InvalidScopeError),
        ({"scope": "openid"}, InvalidScopeError),
        ({"resource": "other"}, InvalidTargetError),
    ],
)
def test_a_client_gets_no_more(
    house: OAuthHouse,
    service: tuple[Client, str],
    more: dict[str, str],
    error: type[GatewayError],
) -> None:
    with pytest.raises(error):
        ask(house, service, **more)


def test_what_is_about_a_person_is_nobodys_here(
    house: OAuthHouse, service: tuple[Client, str]
) -> None:
    """Nor is there a token that is good for nothing."""
    grant = ClientCredentialsGrant(tokens=house.oauth.tokens)
    client = replace(service[0], scopes=("openid", "email"))

    for asked in ({}, {"scope": "openid"}):
        with pytest.raises(InvalidScopeError):
            grant.issue(ClientRequest(client, asked))


def test_a_public_client_acts_for_nobody(house: OAuthHouse, app: Client) -> None:
    """Anybody could say that they are it."""
    grant = ClientCredentialsGrant(tokens=house.oauth.tokens)

    with pytest.raises(UnauthorizedClientError):
        grant.issue(ClientRequest(app, {}))


def test_the_token_is_bound_to_the_key_that_was_proven(
    house: OAuthHouse, service: tuple[Client, str]
) -> None:
    client, secret = service
    house.clients.change(
        client.id, lambda old: replace(old, proof=ProofOfPossession.REQUIRED)
    )
    holder = Holder()

    issued = house.ask_proven(
        holder.proof(house.oauth.proofs.nonce()),
        grant_type="client_credentials",
        client_id=client.id,
        client_secret=secret,
    )

    assert issued.token_type == "DPoP"
    assert read(issued.access_token)[1]["cnf"] == {"jkt": holder.thumbprint}
