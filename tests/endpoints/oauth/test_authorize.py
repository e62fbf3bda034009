"""A browser comes from a client, and goes on or back."""

from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from gateway.endpoints.oauth import authorize
from gateway.model.client import Client
from gateway.model.errors import RequestError, StorageError
from gateway.model.user import User
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.pool.pool import Pool
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import CALLBACK, NOON, URL, OAuthHouse


def browser(server: OAuthHouse, user: User | None = None) -> httpx.AsyncClient:
    """Return a browser, in which somebody may have signed in."""
    found = caller(
        authorize.routes(
            authorizations=server.oauth.authorizations,
            sessions=server.oauth.sessions,
            show_error=authorize.plain_error,
            public_url=URL,
        )
    )
    if user is not None:
        handle = server.oauth.sessions.create(user, authenticated_at=NOON, amr=("pwd",))
        found.headers["cookie"] = f"other=1; __Host-gateway-session={handle}"
    return found


def query_of(location: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(location).query))


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_stranger_goes_to_the_sign_in_with_the_query(
    server: OAuthHouse, app: Client, method: str
) -> None:
    """Which carries it along; 303, so that no form is sent on."""
    query = server.query(app)
    async with browser(server) as ours:
        response = (
            await ours.get("/oauth2/authorize", params=query)
            if method == "GET"
            else await ours.post("/oauth2/authorize", data=query)
        )

    assert response.status_code == 303
    location = response.headers["location"]
    assert location.startswith("/login?")
    assert query_of(location) == query


async def test_somebody_who_is_signed_in_goes_back_with_a_code(
    server: OAuthHouse, app: Client, ana: User
) -> None:
    """Which no cache keeps, and no other page learns of."""
    async with browser(server, ana) as ours:
        response = await ours.get("/oauth2/authorize", params=server.query(app))

    location = response.headers["location"]
    assert location.startswith(f"{CALLBACK}?code=")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert server.exchange(app, query_of(location)["code"]).access_token


async def test_somebody_who_has_to_consent_goes_to_the_page(
    server: OAuthHouse, pool: Pool, ana: User
) -> None:
    app = server.app(pool, consent=True)
    async with browser(server, ana) as ours:
        response = await ours.get("/oauth2/authorize", params=server.query(app))

    assert response.headers["location"].startswith("/consent?client_id=")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "client_id=other",
        "client_id=%ff",
        "client_id=a&client_id=b",
        "&".join(f"p{n}=1" for n in range(50)),
    ],
)
async def test_what_cannot_be_trusted_goes_nowhere(
    server: OAuthHouse, app: Client, query: str
) -> None:
    """The person is told."""
    async with browser(server) as ours:
        response = await ours.get(f"/oauth2/authorize?{query}")

    assert response.status_code == 400
    assert "location" not in response.headers
    assert app.id not in response.text


async def test_a_second_redirect_uri_is_refused(
    server: OAuthHouse, app: Client, ana: User
) -> None:
    """Two parsers would not agree on which of them counts."""
    query = urlencode(server.query(app)) + "&redirect_uri=https%3A%2F%2Fevil.example"
    async with browser(server, ana) as ours:
        response = await ours.get(f"/oauth2/authorize?{query}")

    assert response.status_code == 400


async def test_a_form_says_that_it_is_one(server: OAuthHouse, app: Client) -> None:
    async with browser(server) as ours:
        response = await ours.post("/oauth2/authorize", json=server.query(app))

    assert response.status_code == 400


class Broken:
    def find(self, handle: str) -> BrowserSession | None:
        raise StorageError("the disk is gone")


async def test_what_is_down_is_told_without_details(
    server: OAuthHouse, app: Client
) -> None:
    broken = caller(
        authorize.routes(
            authorizations=server.oauth.authorizations,
            sessions=Broken(),
            show_error=authorize.plain_error,
            public_url=URL,
        )
    )
    async with broken as ours:
        response = await ours.get("/oauth2/authorize", params=server.query(app))

    assert response.status_code == 503
    assert "disk" not in response.text
    assert RequestError.public not in response.text
