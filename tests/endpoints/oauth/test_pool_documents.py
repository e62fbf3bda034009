"""The documents of a pool, below its issuer."""

import httpx
import pytest

from gateway.endpoints.oauth import pool_documents
from gateway.oauth.discovery import metadata
from gateway.pool.pool import Pool
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import ISSUER, POOL_ID, OAuthHouse

JWKS = "/.well-known/jwks.json"
DISCOVERY = "/.well-known/openid-configuration"


def relying_party(server: OAuthHouse) -> httpx.AsyncClient:
    return caller(
        pool_documents.routes(
            pools=server.pools,
            keys=server.oauth.keys,
            describe=lambda pool_id: metadata(
                server.oauth.issuers.of(pool_id),
                server.oauth.endpoints,
                grant_types=server.oauth.grants.grant_types,
            ),
        )
    )


async def test_a_relying_party_finds_the_keys(server: OAuthHouse, pool: Pool) -> None:
    """From a token's issuer by way of discovery, also from another origin."""
    async with relying_party(server) as party:
        document = (await party.get(f"{ISSUER}{DISCOVERY}")).json()
        response = await party.get(document["jwks_uri"])
        other = f"/.well-known/oauth-authorization-server/{POOL_ID}"
        same = (await party.get(other)).json()

    assert document["issuer"] == ISSUER
    assert same == document
    assert response.json() == server.oauth.keys.public_jwks(pool.id)
    assert response.headers["cache-control"] == "public, max-age=900"
    assert response.headers["access-control-allow-origin"] == "*"
    assert all("d" not in key for key in response.json()["keys"])


@pytest.mark.parametrize("path", [JWKS, DISCOVERY])
async def test_an_unknown_pool_has_no_documents(server: OAuthHouse, path: str) -> None:
    """Not even an empty set of keys."""
    async with relying_party(server) as party:
        response = await party.get(f"/us-east-1_Nowhere99{path}")

    assert response.status_code == 404
