"""The routes of the authorization server, as they are put together."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from gateway.app.oauth import BEGINNINGS
from gateway.app.oauth_endpoints import oauth_routes
from gateway.endpoints.oauth import token
from gateway.model.client import Client, GrantKind, ProofOfPossession
from gateway.model.errors import RateLimitedError
from gateway.pool.pool import Pool
from gateway.telemetry.lines import LineWriter
from gateway.telemetry.logs import build_logger
from tests.databases import File
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import CALLBACK, ISSUER, NOON, URL, OAuthHouse
from tests.oauth.proving import Holder
from tests.telemetry.fakes import MemorySink

# As the frame around the endpoints has it.
HERE = "192.0.2.1"
PUSHED = {
    "response_type": "code",
    "redirect_uri": CALLBACK,
    "scope": "openid",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OAuthHouse]:
    database = File(tmp_path / "gateway.db").open(busy_timeout=timedelta(seconds=30))
    yield OAuthHouse(database)
    database.close()


@pytest.fixture
def pool(server: OAuthHouse) -> Pool:
    return server.open()


@pytest.fixture
def party(server: OAuthHouse) -> Iterator[httpx.AsyncClient]:
    """Return somebody who calls all endpoints."""
    writer = LineWriter(sink=MemorySink(), flush_every=timedelta(hours=1))
    logger = build_logger(writer=writer, level="info", clock=lambda: NOON)
    yield caller(
        [
            *oauth_routes(server.oauth, pools=server.pools, logger=logger),
            *token.routes(server=server.server, logger=logger),
        ]
    )
    writer.close()


@pytest.fixture
def service(server: OAuthHouse, pool: Pool) -> tuple[Client, str]:
    return server.service(
        pool,
        grants=frozenset(
            {
                GrantKind.AUTHORIZATION_CODE,
                GrantKind.REFRESH_TOKEN,
                GrantKind.DEVICE_CODE,
            }
        ),
        logout_uris=("https://app.example.com/bye",),
        proof=ProofOfPossession.OPTIONAL,
    )


async def test_everything_that_discovery_advertises_is_there(
    party: httpx.AsyncClient, pool: Pool
) -> None:
    """And nothing of it is a 404 for whoever asks as a browser app does."""
    async with party:
        document = (
            await party.get(f"{ISSUER}/.well-known/openid-configuration")
        ).json()
        found = {
            name: (await party.get(address)).status_code
            for name, address in document.items()
            if name.endswith("_endpoint")
        }

    assert document["issuer"] == f"{URL}/{pool.id}"
    assert found == {
        "authorization_endpoint": 400,
        "token_endpoint": 405,
        "userinfo_endpoint": 401,
        "revocation_endpoint": 405,
        "introspection_endpoint": 405,
        "pushed_authorization_request_endpoint": 405,
        "device_authorization_endpoint": 405,
        "end_session_endpoint": 400,
    }


async def test_a_pushed_request_is_signed_in_told_about_and_revoked(
    server: OAuthHouse,
    party: httpx.AsyncClient,
    pool: Pool,
    service: tuple[Client, str],
) -> None:
    """One journey through nearly all of them."""
    client, secret = service
    ana = server.person(pool, "ana", email="ana@example.com")
    handle = server.oauth.sessions.create(ana, authenticated_at=NOON, amr=("pwd",))
    auth = (client.id, secret)
    async with party:
        pushed = await party.post("/oauth2/par", data=server.query(client), auth=auth)
        assert pushed.status_code == 201
        assert pushed.json()["expires_in"] == 600
        asked = {"client_id": client.id, "request_uri": pushed.json()["request_uri"]}
        cookie = {"cookie": f"__Host-gateway-session={handle}"}
        back = await party.get("/oauth2/authorize", params=asked, headers=cookie)
        code = httpx.URL(back.headers["location"]).params["code"]
        exchange = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uris[0],
            "code_verifier": "a-verifier-of-forty-three-characters-at-least",
        }
        issued = (await party.post("/oauth2/token", data=exchange, auth=auth)).json()
        bearer = {"authorization": f"Bearer {issued['access_token']}"}
        told = await party.get("/oauth2/userInfo", headers=bearer)
        question = {"token": issued["access_token"]}
        active = await party.post("/oauth2/introspect", data=question, auth=auth)
        revoked = await party.post(
            "/oauth2/revoke", data={"token": issued["refresh_token"]}, auth=auth
        )
        again = await party.post("/oauth2/introspect", data=question, auth=auth)
        refused = await party.get("/oauth2/userInfo", headers=bearer)

    assert told.json()["sub"] == ana.sub
    assert active.json()["active"] is True
    assert (revoked.status_code, revoked.content) == (200, b"")
    assert again.json() == {"active": False}
    assert refused.status_code == 401


async def test_a_device_is_told_where_a_person_goes(
    party: httpx.AsyncClient, service: tuple[Client, str]
) -> None:
    """RFC 8628 section 3.2."""
    async with party:
        response = await party.post(
            "/oauth2/device_authorization",
            data={"scope": "openid"},
            auth=service_auth(service),
        )

    started = response.json()
    assert started["verification_uri"] == f"{URL}/device"
    complete = f"{URL}/device?user_code={started['user_code']}"
    assert started["verification_uri_complete"] == complete
    assert (started["expires_in"], started["interval"]) == (600, 5)


async def test_a_pushed_request_may_be_bound_to_a_key(
    server: OAuthHouse, party: httpx.AsyncClient, service: tuple[Client, str]
) -> None:
    """RFC 9449 section 10.1; the nonce is told where it is missing."""
    holder, client = Holder(), service[0]
    here = f"{URL}/oauth2/par"
    async with party:
        first = await party.post(
            here,
            data=server.query(client),
            auth=service_auth(service),
            headers={"dpop": holder.proof(None, htu=here)},
        )
        nonce = first.headers["dpop-nonce"]
        second = await party.post(
            here,
            data=server.query(client),
            auth=service_auth(service),
            headers={"dpop": holder.proof(nonce, htu=here)},
        )

    assert first.json()["error"] == "use_dpop_nonce"
    asked = {"client_id": client.id, "request_uri": second.json()["request_uri"]}
    assert server.oauth.pushed.resolve(asked)["dpop_jkt"] == holder.thumbprint


def service_auth(service: tuple[Client, str]) -> tuple[str, str]:
    return service[0].id, service[1]


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/oauth2/par", PUSHED),
        ("/oauth2/device_authorization", {"scope": "openid"}),
    ],
    ids=["pushed", "device"],
)
async def test_what_nobody_has_proven_is_begun_so_often(
    server: OAuthHouse,
    party: httpx.AsyncClient,
    pool: Pool,
    path: str,
    form: dict[str, str],
) -> None:
    """By public clients: servers prove themselves, and speak for many people."""
    public = server.client(
        pool,
        redirect_uris=(CALLBACK,),
        grants=frozenset({GrantKind.AUTHORIZATION_CODE, GrantKind.DEVICE_CODE}),
    )
    for _ in range(BEGINNINGS.count - 1):
        server.oauth.beginnings.take(HERE)

    async with party:
        answers = [
            await party.post(path, data={"client_id": public.id, **form})
            for _ in range(2)
        ]

    last, refused = answers
    assert last.is_success
    assert refused.status_code == 429
    assert refused.json()["error"] == "temporarily_unavailable"
    assert int(refused.headers["retry-after"]) >= 1


async def test_a_client_that_proves_itself_is_not_counted(
    server: OAuthHouse, party: httpx.AsyncClient, service: tuple[Client, str]
) -> None:
    client, secret = service
    for _ in range(BEGINNINGS.count):
        server.oauth.beginnings.take(HERE)
    with pytest.raises(RateLimitedError):
        server.oauth.beginnings.take(HERE)

    async with party:
        answer = await party.post(
            "/oauth2/device_authorization",
            data={"scope": "openid"},
            auth=(client.id, secret),
        )

    assert answer.status_code == 200
