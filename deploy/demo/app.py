"""An application that signs people in at the demo's user pool, and calls an API for them.

What an app needs is Authlib's client and forty lines; the rest is a page. It keeps its
sessions in memory, so restarting it signs everybody out of it.

    python deploy/demo/app.py PORT ISSUER CLIENT_ID
"""

import html
import secrets
import sys
from typing import Any, Final

import httpx
import uvicorn
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE: Final = "demo-app"
MAX_SESSIONS: Final = 1000
PAGE: Final = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Demo app</title>
<meta name="viewport" content="width=device-width">
<style>
  body {{ font: 1rem/1.5 system-ui; max-width: 42rem; margin: 4rem auto; padding: 0 1rem }}
  a, button {{ font: inherit; margin-right: 1rem }}
  pre {{ background: #f4f4f6; padding: 1rem; overflow: auto }}
</style>
<h1>Demo app</h1>{}</html>"""


class Sessions:
    """Gives each browser a dictionary of its own, known by a cookie."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[str, dict[str, Any]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put the browser's dictionary where Authlib looks for it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        id_ = Request(scope).cookies.get(COOKIE, "")
        is_new = id_ not in self._kept
        if is_new:
            id_ = secrets.token_urlsafe(32)
            while len(self._kept) >= MAX_SESSIONS:
                self._kept.pop(next(iter(self._kept)))
        scope["session"] = self._kept.setdefault(id_, {})

        async def send_with_cookie(message: Message) -> None:
            if is_new and message["type"] == "http.response.start":
                cookie = f"{COOKIE}={id_}; Path=/; HttpOnly; SameSite=Lax"
                message["headers"].append((b"set-cookie", cookie.encode()))
            await send(message)

        return await self._app(scope, receive, send_with_cookie)


class App:
    """The application."""

    def __init__(self, address: str, issuer: str, client_id: str) -> None:
        self._address = address
        self._api = issuer.rpartition("/")[0]
        self._oauth = OAuth()
        self._oauth.register(
            "pool",
            client_id=client_id,
            server_metadata_url=f"{issuer}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "none",
            },
        )

    def asgi(self) -> Starlette:
        """Return it for a server."""
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/login", self.login),
                Route("/callback", self.callback),
                Route("/order", self.order),
                Route("/logout", self.logout),
            ],
            middleware=[Middleware(Sessions)],
        )

    async def home(self, request: Request) -> Response:
        """Say who is signed in."""
        user = request.session.get("user")
        if user is None:
            return _page('<p>Nobody is signed in.</p><a href="/login">Sign in</a>')
        shown = "\n".join(f"{name}: {value}" for name, value in user.items())
        return _page(
            f"<p>Signed in as <b>{html.escape(user.get('email', user['sub']))}</b>.</p>"
            f"<pre>{html.escape(shown)}</pre>"
            '<a href="/order">Read my order from the API</a>'
            '<a href="/logout">Sign out</a>'
        )

    async def login(self, request: Request) -> Response:
        """Send the browser to the sign-in page."""
        redirect_uri = f"{self._address}/callback"
        answer: Response = await self._oauth.pool.authorize_redirect(
            request, redirect_uri
        )
        return answer

    async def callback(self, request: Request) -> Response:
        """Take the code that the browser brings back."""
        try:
            token = await self._oauth.pool.authorize_access_token(request)
        except OAuthError as error:
            return _page(f"<p>That did not work: {html.escape(str(error))}</p>", 400)
        request.session["user"] = dict(token["userinfo"])
        request.session["token"] = token
        return RedirectResponse("/")

    async def order(self, request: Request) -> Response:
        """Call an API behind the gateway with the person's access token."""
        token = request.session.get("token")
        if token is None:
            return RedirectResponse("/login")
        address = f"{self._api}/v1/echo"
        headers = {"authorization": f"Bearer {token['access_token']}"}
        async with httpx.AsyncClient() as client:
            answer = await client.get(address, headers=headers)
        return _page(
            f"<p><code>GET {html.escape(address)}</code>: {answer.status_code}</p>"
            f'<pre>{html.escape(answer.text)}</pre><a href="/">Back</a>'
        )

    async def logout(self, request: Request) -> Response:
        """Sign out here and at the pool."""
        token = request.session.pop("token", None)
        request.session.clear()
        if token is None:
            return RedirectResponse("/")
        metadata = await self._oauth.pool.load_server_metadata()
        query = httpx.QueryParams(
            id_token_hint=token["id_token"],
            post_logout_redirect_uri=f"{self._address}/",
        )
        return RedirectResponse(f"{metadata['end_session_endpoint']}?{query}")


def _page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(PAGE.format(body), status)


def main() -> None:
    """Serve until interrupted."""
    port, issuer, client_id = sys.argv[1:]
    app = App(f"http://localhost:{port}", issuer, client_id)
    uvicorn.run(app.asgi(), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
