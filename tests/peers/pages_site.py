"""A running gateway with a pool, and a browser at its pages."""

import contextlib
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from playwright.sync_api import Browser, BrowserContext, Page
from typing_extensions import override

from tests.peers.running_gateway import Choices, RunningGateway, Site, launch, wait_for

CLIENT_ID = "1example23456789abcdefghij"
PASSWORD = "Correct horse 1!"

# Nobody listens there: what stands behind the gateway is not what is looked at.
_UPSTREAM = 9

_POOL = """
kind = "pool"
id = "people"
owner = "team@example.com"
label = "Example"
pool_id = "us-east-1_Ab3dE6gH9"
[attributes.standard.name]
required = true
[sign_in]
addresses = ["email"]
first_factors = ["password", "email_code", "passkey"]
[mfa]
mode = "optional"
kinds = ["totp", "email_code"]
[[client]]
id = "{client_id}"
name = "Acme Shop"
redirect_uris = ["{callback}"]
logout_uris = ["{callback}"]
scopes = ["openid", "email", "profile"]
consent = true
[client.branding]
policy_uri = "https://shop.example/privacy"
terms_uri = "https://shop.example/terms"
"""

QUERY = {
    "client_id": CLIENT_ID,
    "response_type": "code",
    "scope": "openid email",
    "state": "s3",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


class Shop:
    """An application that gets browsers back.

    Attributes:
        returned: What it was told, each time.
    """

    def __init__(self) -> None:
        self.returned: list[dict[str, str]] = []
        returned = self.returned

        class Callback(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = urlsplit(self.path).query
                if query:
                    returned.append(dict(parse_qsl(query)))
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>Shop</title><h1>Shop</h1>")

            @override
            def log_message(self, format: str, *arguments: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Callback)
        self.callback = f"http://localhost:{self._server.server_address[1]}/callback"

    @contextlib.contextmanager
    def open(self) -> Iterator[None]:
        """Answer while the block lasts."""
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


class PagesSite:
    """The gateway and its messages.

    Attributes:
        url: Where its pages are; by a name, since passkeys know no addresses.
        shop: The application that people sign in for.
    """

    def __init__(self, gateway: RunningGateway, shop: "Shop") -> None:
        self._gateway = gateway
        self.shop = shop
        self.url = f"http://localhost:{gateway.site.port}"

    def code(self, address: str) -> str:
        """Return the code of the latest message to somebody."""
        wait_for(lambda: "code" in self._latest(address), f"a code for {address}")
        code: str = self._latest(address)["code"]
        return code

    def language(self, address: str) -> str:
        """Return the language of the latest message to somebody."""
        wait_for(lambda: "code" in self._latest(address), f"a message to {address}")
        language: str = self._latest(address)["language"]
        return language

    def _latest(self, address: str) -> dict[str, Any]:
        """Return the latest message; what it says stands in it once it is delivered."""
        with self._gateway.operator() as operator:
            answer = operator.get("/outbox", params={"to": address}).raise_for_status()
        message: dict[str, Any] = answer.json()["messages"][0]
        return message

    def restart(self, number: signal.Signals) -> None:
        """End the gateway by a signal, and start another one over the same files."""
        self._gateway.signal(number)
        self._gateway.process.wait()
        self._gateway = launch(self._gateway.site)

    def stop(self) -> None:
        """End it as its operator would."""
        self._gateway.stop()

    def start(self, **changes: str) -> str:
        """Return the address that an application sends browsers to."""
        query = {**QUERY, "redirect_uri": self.shop.callback, **changes}
        return f"{self.url}/oauth2/authorize?{urlencode(query)}"


@contextlib.contextmanager
def pages_site(
    folder: Path, elsewhere: Callable[[str], Mapping[str, str]] = lambda _: {}
) -> Iterator[PagesSite]:
    """Run a gateway with a pool while the block lasts.

    Args:
        folder: Where its files are.
        elsewhere: From the gateway's address to files of providers, by their names.
    """
    shop = Shop()
    pool = _POOL.format(client_id=CLIENT_ID, callback=shop.callback)
    site = Site(folder, upstream=_UPSTREAM, choices=Choices(providers={"people": pool}))
    own = f"http://127.0.0.1:{site.port}"
    site.edit(
        "config.toml",
        f'public_url = "{own}"',
        f'public_url = "http://localhost:{site.port}"',
    )
    for name, text in elsewhere(f"http://localhost:{site.port}").items():
        (folder / f"providers/{name}.toml").write_text(text)
    with shop.open():
        pages = PagesSite(launch(site), shop)
        try:
            yield pages
        finally:
            pages.stop()


@dataclass
class Seat:
    """Somebody at a browser.

    Attributes:
        page: The window.
        problems: What the browser complained of: policies, scripts.
    """

    page: Page
    problems: list[str] = field(default_factory=list)

    def decline(self) -> None:
        """Say no to a passkey, if one is offered on the way."""
        if "/passkeys/add" in self.page.url:
            self.page.locator('button[name="later"]').click()

    def heading(self) -> str:
        """Return what the page is called."""
        return self.page.locator("h1").inner_text()

    def press(self, name: str | re.Pattern[str]) -> None:
        """Press a button by its words."""
        self.page.get_by_role("button", name=name).first.click()

    def fill(self, label: str | re.Pattern[str], text: str) -> None:
        """Fill a field by its label."""
        self.page.get_by_label(label, exact=isinstance(label, str)).first.fill(text)


@contextlib.contextmanager
def seat(browser: Browser, **options: Any) -> Iterator[Seat]:
    """Let somebody sit down at a browser of their own."""
    context: BrowserContext = browser.new_context(**options)
    taken = Seat(context.new_page())
    taken.page.on("pageerror", lambda error: taken.problems.append(str(error)))
    taken.page.on(
        "console",
        lambda message: (
            taken.problems.append(message.text)
            if "Content Security Policy" in message.text
            else None
        ),
    )
    try:
        yield taken
        assert not taken.problems
    finally:
        context.close()
