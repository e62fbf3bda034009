"""A browser signs out."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from gateway.endpoints.oauth import authorize, logout
from gateway.model.client import Client
from gateway.model.user import User
from gateway.oauth.authorizing.browser_sessions import BrowserSession
from gateway.pool.pool import Pool
from tests.endpoints.oauth.asking import caller
from tests.oauth.house import NOON, URL, OAuthHouse

BYE = "https://app.example.com/bye"


@pytest.fixture
def app(server: OAuthHouse, pool: Pool) -> Client:
    return server.app(pool, logout_uris=(BYE,))


@pytest.fixture
def handle(server: OAuthHouse, ana: User) -> str:
    return server.oauth.sessions.create(ana, authenticated_at=NOON, amr=("pwd",))


def browser(
    server: OAuthHouse,
    handle: str,
    find_way_out: logout.FindWayOut = logout.no_way_out,
) -> httpx.AsyncClient:
    found = caller(
        logout.routes(
            logouts=server.oauth.logouts,
            sessions=server.oauth.sessions,
            show_error=authorize.plain_error,
            show_signed_out=logout.plain_signed_out,
            find_way_out=find_way_out,
            public_url=URL,
        )
    )
    found.headers["cookie"] = f"__Host-gateway-session={handle}"
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_session_ends_and_the_browser_goes_back(
    server: OAuthHouse, app: Client, handle: str, method: str
) -> None:
    """The cookie goes too."""
    asked = {"client_id": app.id, "post_logout_redirect_uri": BYE}
    async with browser(server, handle) as ours:
        response = (
            await ours.get("/oauth2/logout", params=asked)
            if method == "GET"
            else await ours.post("/oauth2/logout", data=asked)
        )

    assert (response.status_code, response.headers["location"]) == (303, BYE)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith('__Host-gateway-session=""; ')
    assert "Max-Age=0" in cookie
    assert "Secure" in cookie
    assert server.oauth.sessions.find(handle) is None


async def test_a_link_of_anybodys_asks_first(
    server: OAuthHouse, app: Client, handle: str
) -> None:
    """On the page; nobody is signed out yet."""
    async with browser(server, handle) as ours:
        response = await ours.get("/oauth2/logout", params={"client_id": app.id})

    assert response.headers["location"] == f"/logout?client_id={app.id}"
    assert server.oauth.sessions.find(handle)


async def test_whoever_goes_nowhere_is_told(
    server: OAuthHouse, app: Client, ana: User, handle: str
) -> None:
    asked = {"id_token_hint": server.tokens(app, ana).id_token}
    async with browser(server, handle) as ours:
        response = await ours.get("/oauth2/logout", params=asked)

    assert (response.status_code, response.text) == (200, "You are signed out.")
    assert server.oauth.sessions.find(handle) is None


@pytest.mark.parametrize(
    "query", ["post_logout_redirect_uri=https://evil.example", "a=1&a=2"]
)
async def test_a_request_that_cannot_be_trusted_ends_nothing(
    server: OAuthHouse, handle: str, query: str
) -> None:
    async with browser(server, handle) as ours:
        response = await ours.get(f"/oauth2/logout?{query}")

    assert response.status_code == 400
    assert server.oauth.sessions.find(handle)


async def test_a_session_of_another_pool_stays(
    server: OAuthHouse, pool: Pool, app: Client, handle: str
) -> None:
    """And so does its cookie."""
    del pool, app
    other = server.open("us-east-1_Zz9yX8wV7")
    theirs = server.app(other, id="2other", logout_uris=(BYE,))
    asked = {"client_id": theirs.id, "post_logout_redirect_uri": BYE}

    async with browser(server, handle) as ours:
        response = await ours.get("/oauth2/logout", params=asked)

    assert response.headers["location"] == BYE
    assert "set-cookie" not in response.headers
    assert server.oauth.sessions.find(handle) is not None


async def test_whoever_came_by_way_of_a_provider_leaves_by_it(
    server: OAuthHouse, app: Client, ana: User, handle: str
) -> None:
    """The session here is over by then; the provider sends them on."""

    def find_way_out(
        request: Request, session: BrowserSession, onward: str
    ) -> Response:
        assert request.url.path == "/oauth2/logout"
        assert session.user == ana
        return RedirectResponse(f"https://corp.example/end?{onward}")

    asked = {"client_id": app.id, "post_logout_redirect_uri": BYE}
    async with browser(server, handle, find_way_out) as ours:
        response = await ours.get("/oauth2/logout", params=asked)

    assert response.headers["location"] == f"https://corp.example/end?{BYE}"
    assert server.oauth.sessions.find(handle) is None
